using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Age;
using Fluister.Cryptography;

namespace Fluister.Tests.Exports.Age;

public sealed class AgeFileTests
{
    private const int Chunk = 64 * 1024;
    private const int SealedChunk = Chunk + 16;

    // The example key pair and the example stanza of the specification.
    private const string SecretKey = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    private const string PublicKey = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    [Fact]
    public void The_example_key_pair_of_the_specification()
    {
        using var identity = AgeIdentity.Parse(SecretKey);
        Assert.Equal(PublicKey, identity.Recipient.ToString());
        Assert.Equal(SecretKey, identity.Reveal());
        Assert.Equal(PublicKey, AgeRecipient.Parse(PublicKey).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(2 * Chunk)]
    [InlineData(3 * Chunk)]
    [InlineData((3 * Chunk) + 12345)]
    public void What_is_written_is_read_however_it_is_cut(int size)
    {
        var plain = Plain(size);
        using var identity = AgeIdentity.Generate();
        foreach (var step in new[] { 1000, Chunk - 1, Chunk, (2 * Chunk) + 1, size + 1 })
        {
            var file = new MemoryStream();
            using (var writer = AgeWriter.Create(file, [identity.Recipient], leaveOpen: true))
            {
                for (var at = 0; at < size; at += step)
                {
                    writer.Write(plain, at, Math.Min(step, size - at));
                }
            }

            var chunks = Math.Max(1, (size + Chunk - 1) / Chunk);
            Assert.Equal(HeaderLength(file.ToArray()) + 16 + size + (chunks * 16), file.Length);
            Assert.Equal(plain, Read(file.ToArray(), identity));
        }
    }

    [Fact]
    public void A_disposed_reader_gives_no_zeros()
    {
        using var identity = AgeIdentity.Generate();
        var file = new MemoryStream();
        AgeWriter.Encrypt(file, [identity.Recipient], output => output.Write(Plain(100)));
        file.Position = 0;
        var reader = AgeReader.Open(file, [identity]);
        Assert.Equal(Plain(100)[0], reader.ReadByte());
        reader.Dispose();
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.ReadByte());
    }

    [Fact]
    public void Each_recipient_opens_the_file_and_nobody_else()
    {
        using var one = AgeIdentity.Generate();
        using var two = AgeIdentity.Generate();
        using var other = AgeIdentity.Generate();
        using var passphrase = new Secret("correct horse"u8);
        using var knower = AgeIdentity.FromPassphrase(passphrase);
        var file = Write([1, 2, 3], one.Recipient, two.Recipient);
        Assert.Equal([1, 2, 3], Read(file, one));
        Assert.Equal([1, 2, 3], Read(file, other, knower, two));
        Assert.Equal(ArchiveError.WrongKey, Fault(file, other).Error);
        Assert.Contains("other keys", Fault(file, other).Message);
        Assert.Contains("identity file", Fault(file, knower).Message);
    }

    [Fact]
    public void A_passphrase_opens_the_file_and_another_does_not()
    {
        using var passphrase = AgePassphrase.Generate();
        using var knower = AgeIdentity.FromPassphrase(passphrase);
        using var guess = new Secret("correct horse"u8);
        using var guesser = AgeIdentity.FromPassphrase(guess);
        using var key = AgeIdentity.Generate();
        var file = Write(Plain(100_000), AgeRecipient.FromPassphrase(passphrase, workFactor: 8));
        Assert.Equal(Plain(100_000), Read(file, knower));
        Assert.Equal(ArchiveError.WrongKey, Fault(file, guesser).Error);
        Assert.Contains("passphrase is another", Fault(file, guesser).Message);
        Assert.Contains("opens with a passphrase", Fault(file, key).Message);
    }

    [Fact]
    public void A_passphrase_stands_alone_and_no_recipient_is_none()
    {
        using var passphrase = new Secret("x"u8);
        using var key = AgeIdentity.Generate();
        var locked = AgeRecipient.FromPassphrase(passphrase, 4);
        Assert.Throws<ArgumentException>(() => AgeWriter.Create(Stream.Null, [locked, key.Recipient]));
        Assert.Throws<ArgumentException>(() => AgeWriter.Create(Stream.Null, []));
    }

    [Fact]
    public void Every_changed_byte_is_found()
    {
        using var key = AgeIdentity.Generate();
        var file = Write(Plain(300), key.Recipient);
        for (var i = 0; i < file.Length; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 1;
            Assert.NotEqual(ArchiveError.NotFound, Fault(changed, key).Error);
        }
    }

    [Fact]
    public void Every_cut_is_found_and_what_came_before_is_whole_chunks()
    {
        using var key = AgeIdentity.Generate();
        var plain = Plain((2 * Chunk) + 100);
        var file = Write(plain, key.Recipient);
        var start = HeaderLength(file) + 16;
        int[] lengths = [0, 1, 20, start - 17, start - 16, start - 1, start, start + 15, start + 16, start + 5000,
            start + SealedChunk - 1, start + SealedChunk, start + SealedChunk + 1, start + (2 * SealedChunk), file.Length - 1];
        foreach (var length in lengths)
        {
            var fault = Fault(file[..length], key, out var released);
            Assert.Equal(ArchiveError.Damaged, fault.Error);
            Assert.Equal(0, released.Length % Chunk);
            Assert.Equal(plain[..released.Length], released);
        }

        Assert.Contains("breaks off", Fault(file[..(start + SealedChunk)], key).Message);
    }

    [Fact]
    public void Moved_dropped_doubled_and_added_chunks_are_found()
    {
        using var key = AgeIdentity.Generate();
        var file = Write(Plain((3 * Chunk) + 100), key.Recipient);
        var start = HeaderLength(file) + 16;
        var head = file[..start];
        var (a, b) = (file[start..(start + SealedChunk)], file[(start + SealedChunk)..(start + (2 * SealedChunk))]);
        var rest = file[(start + (2 * SealedChunk))..];
        Assert.Equal(ArchiveError.Damaged, Fault([.. head, .. b, .. a, .. rest], key).Error);
        Assert.Equal(ArchiveError.Damaged, Fault([.. head, .. a, .. rest], key).Error);
        Assert.Equal(ArchiveError.Damaged, Fault([.. head, .. a, .. a, .. b, .. rest], key).Error);
        Assert.Equal(ArchiveError.Damaged, Fault([.. file, 0], key).Error);
        Assert.Equal(ArchiveError.Damaged, Fault([.. file, .. a], key).Error);

        var full = Write(Plain(Chunk), key.Recipient);
        Assert.Contains("goes on after its end", Fault([.. full, 0], key).Message);
    }

    [Fact]
    public void A_reader_that_failed_keeps_failing()
    {
        using var key = AgeIdentity.Generate();
        var file = Write(Plain(Chunk + 1), key.Recipient);
        file[^1] ^= 1;
        using var reader = AgeReader.Open(new MemoryStream(file), [key]);
        reader.ReadExactly(new byte[Chunk]);
        Assert.Throws<ArchiveException>(() => reader.ReadByte());
        Assert.Throws<ArchiveException>(() => reader.ReadByte());
    }

    [Fact]
    public void A_file_that_was_given_up_does_not_look_finished()
    {
        using var key = AgeIdentity.Generate();
        foreach (var size in new[] { 0, 10, Chunk, Chunk + 1, 2 * Chunk })
        {
            var file = new MemoryStream();
            Assert.Throws<TimeZoneNotFoundException>(() => AgeWriter.Encrypt(file, [key.Recipient], stream =>
            {
                stream.Write(Plain(size));
                throw new TimeZoneNotFoundException();
            }));
            Assert.Equal(ArchiveError.Damaged, Fault(file.ToArray(), key).Error);
        }
    }

    [Fact]
    public void A_failed_write_does_not_look_finished()
    {
        using var key = AgeIdentity.Generate();
        var full = new FullStream(room: 1000);
        var writer = AgeWriter.Create(full, [key.Recipient]);
        writer.Write(Plain(Chunk));
        Assert.Throws<IOException>(() => writer.WriteByte(1));
        full.Room = int.MaxValue;
        writer.Dispose();
        Assert.Equal(ArchiveError.Damaged, Fault(full.ToArray(), key).Error);
    }

    [Fact]
    public void No_file_repeats_another()
    {
        using var key = AgeIdentity.Generate();
        var lines = Enumerable.Range(0, 20).SelectMany(_ =>
        {
            var file = Write(Plain(40), key.Recipient);
            return new[] { Encoding.ASCII.GetString(file, 0, HeaderLength(file)), Convert.ToHexString(file[HeaderLength(file)..]) };
        }).ToList();
        Assert.Equal(lines.Count, lines.Distinct().Count());
    }

    private static byte[] Plain(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Write(byte[] plain, params AgeRecipient[] recipients)
    {
        var file = new MemoryStream();
        AgeWriter.Encrypt(file, recipients, stream => stream.Write(plain));
        return file.ToArray();
    }

    private static byte[] Read(byte[] file, params AgeIdentity[] identities)
    {
        using var reader = AgeReader.Open(new MemoryStream(file), identities);
        var plain = new MemoryStream();
        reader.CopyTo(plain, 5000);
        return plain.ToArray();
    }

    private static ArchiveException Fault(byte[] file, AgeIdentity identity) => Fault(file, identity, out _);

    private static ArchiveException Fault(byte[] file, AgeIdentity identity, out byte[] released)
    {
        var plain = new MemoryStream();
        var fault = Assert.Throws<ArchiveException>(() =>
        {
            using var reader = AgeReader.Open(new MemoryStream(file), [identity]);
            reader.CopyTo(plain, 1000);
        });
        released = plain.ToArray();
        return fault;
    }

    private static int HeaderLength(byte[] file)
    {
        var mac = file.AsSpan().IndexOf("\n--- "u8) + 1;
        return mac + file.AsSpan(mac).IndexOf((byte)'\n') + 1;
    }

    private sealed class FullStream(int room) : MemoryStream
    {
        public int Room { get; set; } = room;

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > Room)
            {
                base.Write(buffer, offset, (int)Math.Min(count, Room - Length));
                throw new IOException("No space left.");
            }

            base.Write(buffer, offset, count);
        }
    }
}
