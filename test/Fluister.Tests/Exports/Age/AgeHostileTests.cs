using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Age;
using Fluister.Cryptography;

namespace Fluister.Tests.Exports.Age;

public sealed class AgeHostileTests
{
    private const string Version = "age-encryption.org/v1\n";
    private const string Mac = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    private const string Key43 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Salt = "AAAAAAAAAAAAAAAAAAAAAA";

    [Theory]
    [InlineData("18446744073709551634")]
    [InlineData("63")]
    [InlineData("23")]
    public void A_work_factor_that_would_take_the_machine_down_is_refused(string factor)
        => Assert.Equal(ArchiveError.Unsupported, Fault($"{Version}-> scrypt {Salt} {factor}\n{Key43}\n{Mac}").Error);

    [Theory]
    [InlineData("018")]
    [InlineData("+18")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("0x1")]
    [InlineData("")]
    [InlineData("1٣")]
    public void A_work_factor_that_is_no_number_is_refused(string factor)
        => Assert.Equal(ArchiveError.Damaged, Fault($"{Version}-> scrypt {Salt} {factor}\n{Key43}\n{Mac}").Error);

    [Fact]
    public void A_passphrase_beside_anything_is_refused()
    {
        Assert.Equal(ArchiveError.Damaged, Fault($"{Version}-> scrypt {Salt} 2\n{Key43}\n-> scrypt {Salt} 2\n{Key43}\n{Mac}").Error);
        Assert.Equal(ArchiveError.Damaged, Fault($"{Version}-> scrypt {Salt} 2\n{Key43}\n-> other\n\n{Mac}").Error);
    }

    [Fact]
    public void The_number_of_recipients_is_bounded()
    {
        var stanza = $"-> X25519 CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n{Key43}\n";
        Assert.Equal(ArchiveError.WrongKey, Fault(Version + Repeat(stanza, 1024) + Mac).Error);
        Assert.Equal(ArchiveError.Unsupported, Fault(Version + Repeat(stanza, 1025) + Mac).Error);
    }

    [Fact]
    public void An_endless_header_is_read_no_further_than_its_limit()
    {
        foreach (var endless in new[] { "a", "a ", new string('A', 64) + "\n" })
        {
            var stream = new Endless(Encoding.ASCII.GetBytes(Version + "-> x\n"), Encoding.ASCII.GetBytes(endless));
            Assert.Throws<ArchiveException>(() => AgeReader.Open(stream, []));
            Assert.InRange(stream.Given, 0, (1 << 20) + (1 << 17));
        }

        var noLine = new Endless([], [(byte)'a']);
        Assert.Throws<ArchiveException>(() => AgeReader.Open(noLine, []));
        Assert.InRange(noLine.Given, 0, 1 << 17);
    }

    [Theory]
    [InlineData("", "not an age file")]
    [InlineData("Hello\n", "not an age file")]
    [InlineData("PK\u0003\u0004", "not an age file")]
    [InlineData("age-encryption.org/v2\n", "another version")]
    [InlineData("-----BEGIN AGE ENCRYPTED FILE-----\n", "armor")]
    [InlineData(Version, "ends within its header")]
    [InlineData(Version + "-> x\n\n", "ends within its header")]
    [InlineData(Version + Mac, "not well formed")]
    [InlineData(Version + "-> \n\n" + Mac, "not well formed")]
    [InlineData(Version + "->  x\n\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x\r\n\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x é\n\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x\nAAA=\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x\nAB\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x\nA A A\n" + Mac, "not well formed")]
    [InlineData(Version + "-> x\n\n--- AAAA\n", "not well formed")]
    [InlineData(Version + "-> x\n\n---\n", "not well formed")]
    [InlineData(Version + "-> X25519\n" + Key43 + "\n" + Mac, "recipient that is not well formed")]
    [InlineData(Version + "-> X25519 " + Key43 + "\nAAAA\n" + Mac, "recipient that is not well formed")]
    [InlineData(Version + "-> X25519 " + Key43 + "\n" + Key43 + "\n" + Mac, "small order")]
    [InlineData(Version + "-> mlkem768x25519 AA\n\n" + Mac, "does not know")]
    public void What_is_wrong_is_said(string header, string expected) => Assert.Contains(expected, Fault(header).Message);

    [Theory]
    [InlineData("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk", "character is wrong")]
    [InlineData("AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ", "character is wrong")]
    [InlineData("age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", "does not know")]
    [InlineData("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", "secret key")]
    [InlineData("ssh-ed25519 AAAA", "SSH")]
    [InlineData("alice", "character is wrong")]
    [InlineData("", "character is wrong")]
    public void A_recipient_that_is_none_is_refused_and_not_repeated(string text, string expected)
    {
        var fault = Assert.Throws<ArchiveException>(() => AgeRecipient.Parse(text));
        Assert.Contains(expected, fault.Message);
        Assert.True(text.Length == 0 || !fault.ToString().Contains(text));
    }

    [Fact]
    public void A_recipient_of_small_order_is_refused()
        => Assert.Contains(
            "protects nothing", Assert.Throws<ArchiveException>(() => AgeRecipient.Parse(Bech32.Encode("age", new byte[32]))).Message);

    [Theory]
    [InlineData("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEY", "character is wrong")]
    [InlineData("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", "public key")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----", "another program")]
    [InlineData("AGE-PLUGIN-X-1", "character is wrong")]
    public void An_identity_that_is_none_is_refused_and_not_repeated(string text, string expected)
    {
        var fault = Assert.Throws<ArchiveException>(() => AgeIdentity.Parse(text));
        Assert.Contains(expected, fault.Message);
        Assert.DoesNotContain(text, fault.ToString());
    }

    [Fact]
    public void Files_of_keys_are_read_with_their_comments_and_bounds()
    {
        using var key = AgeIdentity.Generate();
        var text = $"# created: today\r\n# public key: {key.Recipient}\r\n\r\n{key.Reveal()}\r\n";
        var identity = Assert.Single(AgeIdentity.ParseFile(new StringReader(text), "key.txt"));
        Assert.Equal(key.Reveal(), identity.Reveal());
        Assert.Equal(2, AgeRecipient.ParseFile(new StringReader($"{key.Recipient}\n{key.Recipient}"), "people.txt").Count);
        Assert.Equal(
            ArchiveError.NotFound, Assert.Throws<ArchiveException>(() => AgeIdentity.ParseFile(new StringReader("#\n"), "key.txt")).Error);
        Assert.StartsWith(
            "key.txt: ", Assert.Throws<ArchiveException>(() => AgeIdentity.ParseFile(new StringReader("nonsense"), "key.txt")).Message);
        Assert.Throws<ArchiveException>(() => AgeIdentity.ParseFile(new StringReader(new string('A', 100_000)), "key.txt"));
        Assert.Throws<ArchiveException>(() => AgeIdentity.ParseFile(new StringReader(new string('\n', 100_000)), "key.txt"));
    }

    [Fact]
    public void A_made_passphrase_is_long_and_new_each_time()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            using var passphrase = AgePassphrase.Generate();
            var text = Encoding.ASCII.GetString(passphrase.Reveal());
            Assert.Matches("^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){6}$", text);
            Assert.True(seen.Add(text));
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static ArchiveException Fault(string header)
    {
        using var key = AgeIdentity.Generate();
        using var secret = new Secret("x"u8);
        using var passphrase = AgeIdentity.FromPassphrase(secret);
        return Assert.Throws<ArchiveException>(() =>
        {
            using var reader = AgeReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(header)), [key, passphrase]);
        });
    }

    private sealed class Endless(byte[] head, byte[] repeated) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++, Given++)
            {
                buffer[offset + i] = Given < head.Length ? head[Given] : repeated[(Given - head.Length) % repeated.Length];
            }

            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
