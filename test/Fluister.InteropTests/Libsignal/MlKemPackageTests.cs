using System.Diagnostics;
using System.Text.Json;
using Fluister.Cryptography.Kem;

namespace Fluister.InteropTests.Libsignal;

/// <summary>ML-KEM and Kyber of round 3 beside the npm package mlkem, in both directions (test/libsignal/mlkem.mjs).</summary>
public sealed class MlKemPackageTests : IDisposable
{
    private readonly Process _package = Start();

    public static TheoryData<string, int, bool> Sets => new()
    {
        { "ML-KEM-768", 3, false },
        { "ML-KEM-1024", 4, false },
        { "Kyber-768", 3, true },
        { "Kyber-1024", 4, true },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void The_same_randomness_gives_the_same_bytes_and_each_opens_what_the_other_sealed(string set, int rank, bool roundThree)
    {
        var kem = new LatticeKem(rank, roundThree);
        for (var seed = 1; seed <= 25; seed++)
        {
            var random = new Random(seed);
            var (keySeed, message) = (Bytes(random, 64), Bytes(random, 32));
            var (publicKey, privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
            var (ciphertext, shared, opened) = (new byte[kem.CiphertextBytes], new byte[32], new byte[32]);
            kem.GenerateKey(keySeed, publicKey, privateKey);
            var theirKey = Ask(set, "generate", ("seed", keySeed));
            Assert.Equal((seed, Convert.ToBase64String(publicKey)), (seed, theirKey["publicKey"]));
            Assert.Equal((seed, Convert.ToBase64String(privateKey)), (seed, theirKey["privateKey"]));

            kem.Encapsulate(publicKey, message, ciphertext, shared);
            var theirs = Ask(set, "encapsulate", ("publicKey", publicKey), ("random", message));
            Assert.Equal((seed, Convert.ToBase64String(ciphertext)), (seed, theirs["ciphertext"]));
            Assert.Equal((seed, Convert.ToBase64String(shared)), (seed, theirs["shared"]));

            // Ours first as it is, then changed somewhere: both give the same other secret.
            for (var round = 0; round < 2; round++)
            {
                kem.Decapsulate(privateKey, ciphertext, opened);
                var theirShared = Ask(set, "decapsulate", ("privateKey", privateKey), ("ciphertext", ciphertext))["shared"];
                Assert.Equal((seed, round == 0), (seed, opened.AsSpan().SequenceEqual(shared)));
                Assert.Equal((seed, Convert.ToBase64String(opened)), (seed, theirShared));
                ciphertext[random.Next(ciphertext.Length)] ^= (byte)(1 << random.Next(8));
            }
        }
    }

    [Theory]
    [InlineData("ML-KEM-768")]
    [InlineData("ML-KEM-1024")]
    public void Both_refuse_a_coefficient_beyond_the_modulus(string set)
    {
        var kem = set == "ML-KEM-768" ? MlKem.Kem768 : MlKem.Kem1024;
        var (publicKey, privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
        kem.GenerateKey(Bytes(new Random(3), 64), publicKey, privateKey);
        foreach (var (low, high, good) in new[] { (0x00, 0x0D, true), (0x01, 0x0D, false), (0xFF, 0x0F, false) })
        {
            (publicKey[0], publicKey[1]) = ((byte)low, (byte)((publicKey[1] & 0xF0) | high));
            var answer = Ask(set, "encapsulate", ("publicKey", publicKey), ("random", new byte[32]));
            Assert.Equal(good, !answer.ContainsKey("error"));
            Assert.Equal(good, kem.TryEncapsulate(publicKey, new byte[32], new byte[kem.CiphertextBytes], new byte[32]));
        }
    }

    public void Dispose()
    {
        _package.StandardInput.Close();
        if (!_package.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _package.Kill(entireProcessTree: true);
        }

        _package.Dispose();
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Fluister.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return Path.Combine(folder, "test", "libsignal");
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder(),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("mlkem.mjs");
        return Process.Start(start) ?? throw new InvalidOperationException("Node did not start.");
    }

    private Dictionary<string, string> Ask(string set, string operation, params (string Name, byte[] Bytes)[] fields)
    {
        var request = new Dictionary<string, object> { ["set"] = set, ["op"] = operation };
        foreach (var (name, bytes) in fields)
        {
            request[name] = bytes;
        }

        _package.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _package.StandardInput.Flush();
        var line = _package.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The package mlkem gave no answer: run eng/prepare.");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(line)!;
    }
}
