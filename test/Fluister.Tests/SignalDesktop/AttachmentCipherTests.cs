using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class AttachmentCipherTests : IDisposable
{
    // Known answers made with Node.js 20's crypto (OpenSSL): AES keys 01..20, MAC keys 80..9f, IV 40..4f, aes-256-cbc, then HMAC-SHA256.
    private const string LocalKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyCAgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2enw==";
    private const string Small =
        "QEFCQ0RFRkdISUpLTE1OT4lZoUqcvaFTTK5NPB243MdMWM5RSiv8QAd/Sb5/NvceEEzdQQ/D6xsQMZ8K1gaL8M2DSBDQEEJpoOKApVLilIs=";

    private const string BigFileSha256 = "e2376b0ccaaebcdc27bc1e45e5eaa5ddc8740ab399ff058291d5ce3714d79f99";
    private const string BigPlainSha256 = "9dd3bc1b9376015e4c5c149f6321984ccf13f551f9263d22edcd3b2670baa25a";

    private readonly string _root = Directory.CreateTempSubdirectory("fluister-files-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(null, "Hello, attachment!")]
    [InlineData(-1L, "Hello, attachment!")]
    [InlineData(0L, "")]
    [InlineData(18L, "Hello, attachment!")]
    [InlineData(5L, "Hello")]
    [InlineData(1000L, "Hello, attachment!")]
    public void A_known_file_decrypts_to_its_size(long? size, string expected)
    {
        Write("ab/abcd", Convert.FromBase64String(Small));
        using var stream = AttachmentCipher.Open(_root, Encrypted("ab/abcd") with { Size = size });
        using var reader = new StreamReader(stream!);
        Assert.Equal(expected, reader.ReadToEnd());
    }

    [Fact]
    public void A_disposed_stream_gives_no_zeros()
    {
        Write("ab/abcd", Convert.FromBase64String(Small));
        var stream = AttachmentCipher.Open(_root, Encrypted("ab/abcd"))!;
        Assert.Equal('H', stream.ReadByte());
        stream.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
    }

    [Fact]
    public void A_path_as_Windows_writes_it_is_found()
    {
        Write("ab/abcd", Convert.FromBase64String(Small));
        using var stream = AttachmentCipher.Open(_root, Encrypted("ab\\abcd"));
        Assert.NotNull(stream);
    }

    [Fact]
    public void A_file_of_several_blocks_decrypts_as_it_comes()
    {
        var file = Encrypt(BigPlain());
        Assert.Equal(BigFileSha256, Convert.ToHexStringLower(SHA256.HashData(file)));
        Write("big", file);
        using var stream = AttachmentCipher.Open(_root, Encrypted("big"));
        Assert.Equal(BigPlainSha256, Convert.ToHexStringLower(SHA256.HashData(stream!)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65536)]
    [InlineData(65535)]
    [InlineData(131072)]
    public void Every_length_comes_back(int length)
    {
        var plain = BigPlain()[..length];
        Write("some", Encrypt(plain));
        using var stream = AttachmentCipher.Open(_root, Encrypted("some"));
        using var copy = new MemoryStream();
        stream!.CopyTo(copy);
        Assert.Equal(plain, copy.ToArray());
    }

    [Fact]
    public void Any_flipped_bit_is_found_before_the_first_byte()
    {
        var file = Convert.FromBase64String(Small);
        for (var i = 0; i < file.Length; i++)
        {
            file[i] ^= 1;
            Write("bad", file);
            var fault = Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(_root, Encrypted("bad")));
            Assert.Equal(ArchiveError.Damaged, fault.Error);
            Assert.Contains("bad", fault.Message, StringComparison.Ordinal);
            file[i] ^= 1;
        }
    }

    [Fact]
    public void Any_truncated_file_is_refused()
    {
        var file = Convert.FromBase64String(Small);
        for (var length = 0; length < file.Length; length++)
        {
            Write("short", file.AsSpan(0, length));
            var fault = Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(_root, Encrypted("short")));
            Assert.Equal(ArchiveError.Damaged, fault.Error);
        }
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_gives_no_forged_byte()
    {
        var plain = BigPlain();
        var file = Encrypt(plain);
        Write("moving", file);
        using var stream = AttachmentCipher.Open(_root, Encrypted("moving"))!;
        var first = new byte[1000];
        stream.ReadExactly(first);
        using (var other = new FileStream(Path.Combine(_root, "moving"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.Position = 16 + (2 * 65536) + 5;
            other.WriteByte((byte)(file[16 + (2 * 65536) + 5] ^ 0xff));
        }

        using var copy = new MemoryStream();
        var fault = Assert.Throws<ArchiveException>(() => stream.CopyTo(copy));
        Assert.Contains("changed", fault.Message, StringComparison.Ordinal);
        Assert.True(copy.ToArray().AsSpan().SequenceEqual(plain.AsSpan(1000, (2 * 65536) - 1000)));
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_ends_in_an_error()
    {
        Write("shrinking", Encrypt(BigPlain()));
        using var stream = AttachmentCipher.Open(_root, Encrypted("shrinking"))!;
        using (var other = new FileStream(Path.Combine(_root, "shrinking"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(1000);
        }

        Assert.Throws<ArchiveException>(() => stream.CopyTo(Stream.Null));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("!!!!BAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyCAgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2enw==")]
    public void A_missing_or_broken_key_is_an_error(string? key)
    {
        Write("some", Convert.FromBase64String(Small));
        Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(_root, Encrypted("some") with { LocalKey = key }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_plain_file_is_read_as_it_is(int version)
    {
        Write("plain", "as it is"u8);
        Write("empty", []);
        using var stream = AttachmentCipher.Open(_root, new Attachment { Path = "plain", Version = version });
        Assert.Equal("as it is", new StreamReader(stream!).ReadToEnd());
        using var empty = AttachmentCipher.Open(_root, new Attachment { Path = "empty", Version = version });
        Assert.Equal(-1, empty!.ReadByte());
    }

    [Fact]
    public void An_unknown_version_is_refused()
    {
        Write("new", Convert.FromBase64String(Small));
        var fault = Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(_root, Encrypted("new") with { Version = 3 }));
        Assert.Equal(ArchiveError.Unsupported, fault.Error);
    }

    [Fact]
    public void A_missing_file_is_null()
    {
        Assert.Null(AttachmentCipher.Open(_root, Encrypted("ab/none")));
        Assert.Null(AttachmentCipher.Open(_root, new Attachment()));
        Assert.Null(AttachmentCipher.Open(Path.Combine(_root, "no such folder"), Encrypted("none")));
        Directory.CreateDirectory(Path.Combine(_root, "folder"));
        Assert.Null(AttachmentCipher.Open(_root, Encrypted("folder")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("/etc/passwd")]
    [InlineData("../secret")]
    [InlineData("ab/../../secret")]
    [InlineData("ab\\..\\..\\secret")]
    [InlineData("..\\secret")]
    [InlineData("ab/./secret")]
    [InlineData("ab//secret")]
    [InlineData("C:secret")]
    [InlineData("C:\\secret")]
    [InlineData("\\\\host\\share")]
    [InlineData("ab\0cd")]
    public void A_path_that_leaves_the_folder_is_refused(string path)
    {
        var inner = Path.Combine(_root, "attachments.noindex");
        Directory.CreateDirectory(Path.Combine(inner, "ab"));
        Write("secret", "outside"u8);
        var fault = Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(inner, new Attachment { Path = path }));
        Assert.Equal(ArchiveError.Denied, fault.Error);
    }

    [Fact]
    public void A_pipe_is_never_waited_for()
    {
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_root, "pipe")))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        using var stream = AttachmentCipher.Open(_root, new Attachment { Path = "pipe" });
        Assert.Equal(-1, stream!.ReadByte());
        Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(_root, Encrypted("pipe")));
    }

    [Fact]
    public void A_link_below_the_folder_is_refused_and_the_folder_itself_may_be_one()
    {
        var inner = Path.Combine(_root, "attachments.noindex");
        Directory.CreateDirectory(inner);
        Write("secret", "outside"u8);
        Write("attachments.noindex/file", "inside"u8);
        File.CreateSymbolicLink(Path.Combine(inner, "link"), Path.Combine(_root, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(inner, "up"), _root);
        Directory.CreateSymbolicLink(Path.Combine(_root, "moved"), inner);
        Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(inner, new Attachment { Path = "link" }));
        Assert.Throws<ArchiveException>(() => AttachmentCipher.Open(inner, new Attachment { Path = "up/secret" }));
        using var stream = AttachmentCipher.Open(Path.Combine(_root, "moved"), new Attachment { Path = "file" });
        Assert.Equal("inside", new StreamReader(stream!).ReadToEnd());
    }

    private static Attachment Encrypted(string path) => new() { Path = path, Version = 2, LocalKey = LocalKey };

    private static byte[] BigPlain() => [.. Enumerable.Range(0, 200_000).Select(i => (byte)((i * 31) + (i >> 8)))];

    private static byte[] Encrypt(byte[] plain)
    {
        var keys = Convert.FromBase64String(LocalKey);
        byte[] iv = [.. Enumerable.Range(0x40, 16).Select(i => (byte)i)];
        using var aes = Aes.Create();
        aes.SetKey(keys.AsSpan(0, 32));
        byte[] body = [.. iv, .. aes.EncryptCbc(plain, iv)];
        return [.. body, .. HMACSHA256.HashData(keys.AsSpan(32), body)];
    }

    private void Write(string path, ReadOnlySpan<byte> content)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }
}
