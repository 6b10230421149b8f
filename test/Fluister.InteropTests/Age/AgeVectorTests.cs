using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Age;
using Fluister.Cryptography;

namespace Fluister.InteropTests.Age;

/// <summary>The C2SP test vectors of the age format, read from their npm package.</summary>
public sealed class AgeVectorTests
{
    // Not read here, and said so by the reader: ASCII armor, and post-quantum recipients.
    private const int Read = 92;
    private const int Armored = 33;
    private const int Hybrid = 18;

    [Fact]
    public void Every_published_vector_ends_as_it_should()
    {
        var (read, armored, hybrid) = (0, 0, 0);
        foreach (var (name, bytes) in Vectors())
        {
            var vector = new Vector(bytes);
            if (vector.Keys.Contains("armored"))
            {
                armored++;
            }
            else if (vector.Keys["identity"].Any(identity => identity.StartsWith("AGE-SECRET-KEY-PQ-", StringComparison.Ordinal)))
            {
                hybrid++;
                Assert.Equal(ArchiveError.Unsupported, Assert.Throws<ArchiveException>(() => vector.Identities()).Error);
            }
            else
            {
                read++;
                Check(name, vector);
            }
        }

        Assert.Equal((Read, Armored, Hybrid), (read, armored, hybrid));
    }

    private static void Check(string name, Vector vector)
    {
        var released = new MemoryStream();
        var (opened, outcome) = (false, "success");
        try
        {
            using var reader = AgeReader.Open(new MemoryStream(vector.File), vector.Identities());
            opened = true;
            reader.CopyTo(released);
        }
        catch (ArchiveException exception)
        {
            outcome = (exception.Error, opened) switch
            {
                (ArchiveError.WrongKey, false) => "no match",
                (ArchiveError.Damaged, true) => "payload failure",
                (_, false) when exception.Message.Contains("was changed after", StringComparison.Ordinal) => "HMAC failure",
                (ArchiveError.Damaged or ArchiveError.Unsupported, false) => "header failure",
                _ => exception.Message,
            };
        }

        Assert.Equal((name, vector.Keys["expect"].Single()), (name, outcome));
        if (vector.Keys["payload"].SingleOrDefault() is { } payload)
        {
            Assert.Equal((name, payload), (name, Convert.ToHexStringLower(SHA256.HashData(released.ToArray()))));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Vectors()
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder(), "age.mjs")])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            yield return (parts[0], Convert.FromBase64String(parts[1]));
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Fluister.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return Path.Combine(folder, "test", "vectors");
    }

    private sealed class Vector
    {
        public Vector(byte[] bytes)
        {
            var end = bytes.AsSpan().IndexOf("\n\n"u8);
            Keys = Encoding.ASCII.GetString(bytes, 0, end).Split('\n').Select(line => line.Split(": ", 2))
                .ToLookup(pair => pair[0], pair => pair[1]);
            File = bytes[(end + 2)..];
            if (Keys.Contains("compressed"))
            {
                using var zlib = new ZLibStream(new MemoryStream(File), CompressionMode.Decompress);
                var plain = new MemoryStream();
                zlib.CopyTo(plain);
                File = plain.ToArray();
            }
        }

        public ILookup<string, string> Keys { get; }

        public byte[] File { get; }

        public IReadOnlyList<AgeIdentity> Identities() =>
        [
            .. Keys["identity"].Select(AgeIdentity.Parse),
            .. Keys["passphrase"].Select(text => AgeIdentity.FromPassphrase(new Secret(Encoding.UTF8.GetBytes(text)))),
        ];
    }
}
