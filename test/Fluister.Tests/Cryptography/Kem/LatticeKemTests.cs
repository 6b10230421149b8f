using System.Text.Json;
using Fluister.Cryptography.Hashes;
using Fluister.Cryptography.Kem;

namespace Fluister.Tests.Cryptography.Kem;

/// <summary>ML-KEM and Kyber of round 3 by known answers.</summary>
/// <remarks>The committed answers are those of the npm package mlkem to NIST's seeds (test/libsignal/mlkem.mjs); they are the
/// first 25 of NIST's own. All of NIST's are read where FLUISTER_MLKEM_KATS names the folder that holds libcrux's files of them.</remarks>
public sealed class LatticeKemTests
{
    private static readonly string? Published = Environment.GetEnvironmentVariable("FLUISTER_MLKEM_KATS");

    public static TheoryData<string, int, bool> Sets => new()
    {
        { "ML-KEM-768", 3, false },
        { "ML-KEM-1024", 4, false },
        { "Kyber-768", 3, true },
        { "Kyber-1024", 4, true },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Known_seeds_give_the_known_keys_ciphertexts_and_secrets(string set, int rank, bool roundThree)
    {
        var kem = new LatticeKem(rank, roundThree);
        var number = 0;
        foreach (var answer in Published is null ? Committed(set) : Libcrux(set))
        {
            var (publicKey, privateKey, ciphertext) = Generate(kem, answer);
            var (shared, opened) = (new byte[32], new byte[32]);
            kem.Encapsulate(publicKey, answer.Random, ciphertext, shared);
            kem.Decapsulate(privateKey, ciphertext, opened);
            Assert.Equal((number, answer.PublicKeyHash), (number, Hash(publicKey)));
            Assert.Equal((number, answer.PrivateKeyHash), (number, Hash(privateKey)));
            Assert.Equal((number, answer.CiphertextHash), (number, Hash(ciphertext)));
            Assert.Equal((number, answer.Shared), (number, Convert.ToHexStringLower(shared)));
            Assert.Equal(shared, opened);
            number++;
        }

        Assert.Equal(Published is null ? 25 : 100, number);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_ciphertext_with_one_bit_turned_gives_the_known_other_secret(string set, int rank, bool roundThree)
    {
        var kem = new LatticeKem(rank, roundThree);
        var number = 0;
        foreach (var answer in Committed(set))
        {
            var (publicKey, privateKey, ciphertext) = Generate(kem, answer);
            var shared = new byte[32];
            kem.Encapsulate(publicKey, answer.Random, ciphertext, shared);
            ciphertext[37 * number % ciphertext.Length] ^= 1;
            kem.Decapsulate(privateKey, ciphertext, shared);
            Assert.Equal((number, answer.Rejected), (number, Convert.ToHexStringLower(shared)));
            number++;
        }

        Assert.Equal(25, number);
    }

    [Fact]
    public void The_public_types_are_the_sets_by_their_names()
    {
        var seed = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        Same(new LatticeKem(3, false), MlKem.Kem768.GenerateKey, MlKem.Kem768.TryEncapsulate, MlKem.Kem768.Decapsulate);
        Same(new LatticeKem(4, false), MlKem.Kem1024.GenerateKey, MlKem.Kem1024.TryEncapsulate, MlKem.Kem1024.Decapsulate);
        Same(new LatticeKem(4, true), Kyber1024.GenerateKey, Kyber1024.TryEncapsulate, Kyber1024.Decapsulate);
        Assert.Equal((1184, 2400, 1088), (MlKem.Kem768.PublicKeyBytes, MlKem.Kem768.PrivateKeyBytes, MlKem.Kem768.CiphertextBytes));
        Assert.Equal((1568, 3168, 1568), (MlKem.Kem1024.PublicKeyBytes, MlKem.Kem1024.PrivateKeyBytes, MlKem.Kem1024.CiphertextBytes));

        void Same(LatticeKem kem, Generator generate, Encapsulator encapsulate, Decapsulator decapsulate)
        {
            var (publicKey, privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
            var (ciphertext, shared) = (new byte[kem.CiphertextBytes], new byte[32]);
            kem.GenerateKey(seed, publicKey, privateKey);
            kem.Encapsulate(publicKey, seed.AsSpan(0, 32), ciphertext, shared);
            var (publicKey2, privateKey2) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
            var (ciphertext2, shared2, opened) = (new byte[kem.CiphertextBytes], new byte[32], new byte[32]);
            generate(seed, publicKey2, privateKey2);
            Assert.True(encapsulate(publicKey2, seed.AsSpan(0, 32), ciphertext2, shared2));
            decapsulate(privateKey2, ciphertext2, opened);
            Assert.Equal(publicKey, publicKey2);
            Assert.Equal(privateKey, privateKey2);
            Assert.Equal(ciphertext, ciphertext2);
            Assert.Equal(shared, shared2);
            Assert.Equal(shared, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_coefficient_beyond_the_modulus_counts_as_its_remainder(string set, int rank, bool roundThree)
    {
        // Only Kyber of round 3 takes such keys; the encryption within is the same.
        var kem = new LatticeKem(rank, roundThree);
        var (publicKey, _, _) = Generate(kem, Committed(set).First());
        var (y, noise) = (new short[rank * 256], new short[256]);
        KPke.EncryptFirst(rank, publicKey.AsSpan(^32..), new byte[32], new byte[kem.FirstBytes], y, noise);
        var beyond = publicKey.ToArray();
        var (changed, polynomial) = (0, new short[256]);
        for (var i = 0; i < rank; i++)
        {
            Ring.Decode(beyond.AsSpan(384 * i), polynomial);
            for (var j = 0; j < 256; j++)
            {
                if (polynomial[j] < 4096 - 3329)
                {
                    polynomial[j] += 3329;
                    changed++;
                }
            }

            for (var j = 0; j < 256; j += 2)
            {
                var pair = polynomial[j] + (polynomial[j + 1] << 12);
                (beyond[(384 * i) + (j / 2 * 3)], beyond[(384 * i) + (j / 2 * 3) + 1], beyond[(384 * i) + (j / 2 * 3) + 2]) =
                    ((byte)pair, (byte)(pair >> 8), (byte)(pair >> 16));
            }
        }

        var (expected, found) = (new byte[kem.CiphertextBytes - kem.FirstBytes], new byte[kem.CiphertextBytes - kem.FirstBytes]);
        KPke.EncryptSecond(rank, publicKey, new byte[32], y, noise, expected);
        KPke.EncryptSecond(rank, beyond, new byte[32], y, noise, found);
        Assert.True(changed > 100, $"{changed} coefficients");
        Assert.Equal(expected, found);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Nothing_is_allocated(string set, int rank, bool roundThree)
    {
        var kem = new LatticeKem(rank, roundThree);
        var answer = Committed(set).First();
        var (publicKey, privateKey, ciphertext) = Generate(kem, answer);
        var shared = new byte[32];
        long before = 0;
        for (var round = 0; round < 3; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            kem.GenerateKey(answer.Seed, publicKey, privateKey);
            kem.Encapsulate(publicKey, answer.Random, ciphertext, shared);
            kem.Decapsulate(privateKey, ciphertext, shared);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private delegate void Generator(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey);

    private delegate bool Encapsulator(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> random, Span<byte> ciphertext, Span<byte> shared);

    private delegate void Decapsulator(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> shared);

    private static (byte[] PublicKey, byte[] PrivateKey, byte[] Ciphertext) Generate(LatticeKem kem, Answer answer)
    {
        var (publicKey, privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
        kem.GenerateKey(answer.Seed, publicKey, privateKey);
        return (publicKey, privateKey, new byte[kem.CiphertextBytes]);
    }

    private static string Hash(byte[] bytes)
    {
        var hash = new byte[32];
        Keccak.Sha3_256(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static IEnumerable<Answer> Committed(string set)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Cryptography", "vectors", "ml-kem.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var answer in document.RootElement.GetProperty(set).EnumerateArray())
        {
            string Of(string name) => answer.GetProperty(name).GetString()!;
            yield return new(
                Convert.FromHexString(Of("seed")),
                Of("publicKeyHash"),
                Of("privateKeyHash"),
                Convert.FromHexString(Of("random")),
                Of("ciphertextHash"),
                Of("shared"),
                Of("rejected"));
        }
    }

    private static IEnumerable<Answer> Libcrux(string set)
    {
        var name = set.ToUpperInvariant().Replace("ML-KEM-", "mlkem_", StringComparison.Ordinal)
            .Replace("KYBER-", "kyber_", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Published!, $"nistkats_{name}.json")));
        foreach (var answer in document.RootElement.EnumerateArray())
        {
            string Of(string field) => answer.GetProperty(field).GetString()!;
            yield return new(
                Convert.FromHexString(Of("key_generation_seed")),
                Of("sha3_256_hash_of_public_key"),
                Of("sha3_256_hash_of_secret_key"),
                Convert.FromHexString(Of("encapsulation_seed")),
                Of("sha3_256_hash_of_ciphertext"),
                Of("shared_secret"),
                "");
        }
    }

    private sealed record Answer(
        byte[] Seed, string PublicKeyHash, string PrivateKeyHash, byte[] Random, string CiphertextHash, string Shared, string Rejected);
}
