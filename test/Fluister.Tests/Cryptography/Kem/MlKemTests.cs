using System.Text.Json;
using Fluister.Cryptography.Kem;

namespace Fluister.Tests.Cryptography.Kem;

/// <summary>ML-KEM with keys and ciphertexts from anywhere.</summary>
/// <remarks>Wycheproof's cases are read where FLUISTER_WYCHEPROOF names its folder testvectors_v1, and NIST's where FLUISTER_ACVP
/// names a folder that holds keygen and encap-decap of ACVP's ML-KEM; otherwise cases of the same kinds made here go through
/// the same code.</remarks>
public sealed class MlKemTests
{
    private static readonly string? Wycheproof = Environment.GetEnvironmentVariable("FLUISTER_WYCHEPROOF");
    private static readonly string? Acvp = Environment.GetEnvironmentVariable("FLUISTER_ACVP");

    public static TheoryData<int> Sets => [768, 1024];

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_key_with_any_coefficient_beyond_the_modulus_is_refused_and_nothing_is_written(int set)
    {
        var kem = Kem(set);
        var (publicKey, _) = Generate(kem, 5);
        var (ciphertext, shared) = (new byte[kem.CiphertextBytes], new byte[32]);
        for (var i = 0; i < (publicKey.Length - 32) / 3 * 2; i++)
        {
            foreach (var (value, good) in new[] { (0, true), (3328, true), (3329, false), (4095, false) })
            {
                var changed = publicKey.ToArray();
                SetCoefficient(changed, i, value);
                Assert.True(good == kem.IsPublicKey(changed), $"coefficient {i} = {value}");
                if (!good)
                {
                    Assert.False(kem.TryEncapsulate(changed, shared.ToArray(), ciphertext, shared));
                }
            }
        }

        Assert.All(ciphertext, written => Assert.Equal(0, written));
        Assert.All(shared, written => Assert.Equal(0, written));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_public_key_of_another_length_is_refused(int set)
    {
        var kem = Kem(set);
        foreach (var length in new[] { 0, 1, 32, 1183, 1185, 1567, 1569, 1184 + 1568 - kem.PublicKeyBytes, 100_000 })
        {
            Assert.False(kem.IsPublicKey(new byte[length]));
            Assert.False(kem.TryEncapsulate(new byte[length], new byte[32], new byte[kem.CiphertextBytes], new byte[32]));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_private_key_from_a_record_is_checked_by_length_and_hash(int set)
    {
        var kem = Kem(set);
        var (_, privateKey) = Generate(kem, 6);
        Assert.True(kem.IsPrivateKey(privateKey));
        Assert.False(kem.IsPrivateKey(privateKey.AsSpan(1)));
        Assert.False(kem.IsPrivateKey([.. privateKey, 0]));
        var hashed = kem.PublicKeyBytes - 32;
        for (var i = 0; i < privateKey.Length; i++)
        {
            privateKey[i] ^= 0x10;
            Assert.True(i < hashed || i >= privateKey.Length - 32 == kem.IsPrivateKey(privateKey), $"byte {i}");
            privateKey[i] ^= 0x10;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Any_bytes_as_private_key_and_ciphertext_give_some_secret(int set)
    {
        var kem = Kem(set);
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var (privateKey, ciphertext) = (new byte[kem.PrivateKeyBytes], new byte[kem.CiphertextBytes]);
            random.NextBytes(privateKey);
            random.NextBytes(ciphertext);
            if (seed <= 2)
            {
                privateKey.AsSpan().Fill((byte)-seed);
                ciphertext.AsSpan().Fill((byte)(1 - seed));
            }

            var (shared, again) = (new byte[32], new byte[32]);
            kem.Decapsulate(privateKey, ciphertext, shared);
            kem.Decapsulate(privateKey, ciphertext, again);
            Assert.True(shared.AsSpan().SequenceEqual(again), $"seed {seed}");
            Assert.Contains(shared, value => value != 0);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_bit_of_a_ciphertext_counts(int set)
    {
        var kem = Kem(set);
        var (publicKey, privateKey) = Generate(kem, 8);
        var (ciphertext, shared, opened) = (new byte[kem.CiphertextBytes], new byte[32], new byte[32]);
        Assert.True(kem.TryEncapsulate(publicKey, new byte[32], ciphertext, shared));
        var seen = new HashSet<string> { Convert.ToHexString(shared) };
        for (var bit = 0; bit < 8 * ciphertext.Length; bit += 61)
        {
            ciphertext[bit >> 3] ^= (byte)(1 << (bit & 7));
            kem.Decapsulate(privateKey, ciphertext, opened);
            Assert.True(seen.Add(Convert.ToHexString(opened)), $"bit {bit}");
            ciphertext[bit >> 3] ^= (byte)(1 << (bit & 7));
        }

        kem.Decapsulate(privateKey, ciphertext, opened);
        Assert.Equal(shared, opened);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Spans_of_another_length_are_a_callers_mistake(int set)
    {
        var kem = Kem(set);
        var (publicKey, privateKey) = Generate(kem, 9);
        var (ciphertext, secret) = (new byte[kem.CiphertextBytes], new byte[32]);
        Assert.Throws<ArgumentException>(() => kem.GenerateKey(secret, publicKey, privateKey));
        Assert.Throws<ArgumentException>(() => kem.GenerateKey(new byte[64], publicKey.AsSpan(1), privateKey));
        Assert.Throws<ArgumentException>(() => kem.GenerateKey(new byte[64], publicKey, privateKey.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => kem.TryEncapsulate(publicKey, secret.AsSpan(1), ciphertext, secret));
        Assert.Throws<ArgumentException>(() => kem.TryEncapsulate(publicKey, secret, ciphertext.AsSpan(1), secret));
        Assert.Throws<ArgumentException>(() => kem.TryEncapsulate(publicKey, secret, ciphertext, secret.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => kem.Decapsulate(privateKey.AsSpan(1), ciphertext, secret));
        Assert.Throws<ArgumentException>(() => kem.Decapsulate(privateKey, ciphertext.AsSpan(1), secret));
        Assert.Throws<ArgumentException>(() => kem.Decapsulate(privateKey, ciphertext, secret.AsSpan(1)));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Cases_of_encapsulation_end_as_they_should(int set)
    {
        var kem = Kem(set);
        List<Case> cases =
        [
            .. MadeEncapsulations(kem),
            .. Wycheproof is null ? [] : Read($"mlkem_{set}_encaps_test.json"),
            .. Acvp is null ? [] : ReadAcvp("encap-decap", set).Where(test => test["ek"].Length > 0),
        ];
        foreach (var test in cases)
        {
            var (ciphertext, shared) = (new byte[kem.CiphertextBytes], new byte[32]);
            var random = test["m"].Length > 0 ? test["m"] : new byte[32];
            Assert.True(test.Valid == kem.TryEncapsulate(test["ek"], random, ciphertext, shared), test.Name);
            if (test["c"].Length > 0 && test.Valid)
            {
                Assert.True(ciphertext.AsSpan().SequenceEqual(test["c"]), test.Name);
                Assert.True(shared.AsSpan().SequenceEqual(test["K"]), test.Name);
            }
        }

        Assert.True(cases.Count >= 4 + (Wycheproof is null ? 0 : 265) + (Acvp is null ? 0 : 35), $"{cases.Count} cases");
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Cases_of_decapsulation_end_as_they_should(int set)
    {
        var kem = Kem(set);
        string[] kinds = Wycheproof is null ? [] : ["", "_keygen_seed", "_semi_expanded_decaps"];
        List<Case> cases =
        [
            .. MadeDecapsulations(kem),
            .. kinds.SelectMany(kind => Read($"mlkem_{set}{kind}_test.json")),
            .. Acvp is null ? [] : ReadAcvp("keygen", set),
            .. Acvp is null ? [] : ReadAcvp("encap-decap", set).Where(test => test["dk"].Length > 0),
        ];
        foreach (var test in cases)
        {
            var (publicKey, privateKey) = (new byte[kem.PublicKeyBytes], test["dk"]);
            if (test["seed"].Length == MlKem.SeedBytes)
            {
                privateKey = new byte[kem.PrivateKeyBytes];
                kem.GenerateKey(test["seed"], publicKey, privateKey);
                Assert.True(test["ek"].Length == 0 || publicKey.AsSpan().SequenceEqual(test["ek"]), test.Name);
                Assert.True(test["dk"].Length == 0 || privateKey.AsSpan().SequenceEqual(test["dk"]), test.Name);
            }

            // What a caller checks before it decapsulates with a key and a ciphertext from outside.
            var good = kem.IsPrivateKey(privateKey) && (test["c"].Length == kem.CiphertextBytes || test["c"].Length == 0);
            Assert.True(test.Valid == good, test.Name);
            if (good && test["c"].Length > 0)
            {
                var shared = new byte[32];
                kem.Decapsulate(privateKey, test["c"], shared);
                Assert.True(shared.AsSpan().SequenceEqual(test["K"]), test.Name);
            }
        }

        Assert.True(cases.Count >= 7 + (Wycheproof is null ? 0 : 302) + (Acvp is null ? 0 : 45), $"{cases.Count} cases");
    }

    private static List<Case> MadeEncapsulations(MlKem kem)
    {
        var (publicKey, _) = Generate(kem, 11);
        var (ciphertext, shared, random) = (new byte[kem.CiphertextBytes], new byte[32], new byte[32]);
        kem.TryEncapsulate(publicKey, random, ciphertext, shared);
        var beyond = publicKey.ToArray();
        SetCoefficient(beyond, 255, 3329);
        Case Of(string name, bool valid, byte[] key) =>
            new(name, valid, new() { ["ek"] = key, ["m"] = random, ["c"] = ciphertext, ["K"] = shared });
        return
        [
            Of("a key", true, publicKey),
            Of("beyond the modulus", false, beyond),
            Of("too short", false, publicKey[1..]),
            Of("empty", false, []),
        ];
    }

    private static List<Case> MadeDecapsulations(MlKem kem)
    {
        var (publicKey, privateKey) = Generate(kem, 12);
        var (ciphertext, shared) = (new byte[kem.CiphertextBytes], new byte[32]);
        kem.TryEncapsulate(publicKey, new byte[32], ciphertext, shared);
        var changed = privateKey.ToArray();
        changed[^33] ^= 1;
        Case Of(string name, bool valid, byte[] key, byte[] sent) => new(name, valid, new() { ["dk"] = key, ["c"] = sent, ["K"] = shared });
        return
        [
            Of("a key", true, privateKey, ciphertext),
            Of("hash changed", false, changed, ciphertext),
            Of("key too short", false, privateKey[..^1], ciphertext),
            Of("key too long", false, [.. privateKey, 0], ciphertext),
            Of("ciphertext too short", false, privateKey, ciphertext[..^1]),
            Of("ciphertext too long", false, privateKey, [.. ciphertext, 0]),
            new("seed too short", false, new() { ["seed"] = new byte[63], ["c"] = ciphertext }),
        ];
    }

    private static List<Case> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Wycheproof!, file)));
        var cases = new List<Case>();
        var groups = document.RootElement.GetProperty("testGroups").EnumerateArray();
        foreach (var test in groups.SelectMany(group => group.GetProperty("tests").EnumerateArray()))
        {
            var fields = new Dictionary<string, byte[]>();
            foreach (var name in new[] { "seed", "ek", "dk", "m", "c", "K" })
            {
                if (test.TryGetProperty(name, out var value))
                {
                    fields[name] = Convert.FromHexString(value.GetString()!);
                }
            }

            cases.Add(new($"{file} tcId {test.GetProperty("tcId")}", test.GetProperty("result").GetString() == "valid", fields));
        }

        return cases;
    }

    private static List<Case> ReadAcvp(string kind, int set)
    {
        using var prompt = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Acvp!, kind, "prompt.json")));
        using var answers = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Acvp!, kind, "expectedResults.json")));
        var cases = new List<Case>();
        var groups = prompt.RootElement.GetProperty("testGroups").EnumerateArray();
        foreach (var (group, answered) in groups.Zip(answers.RootElement.GetProperty("testGroups").EnumerateArray()))
        {
            Assert.Equal(group.GetProperty("tgId").GetInt32(), answered.GetProperty("tgId").GetInt32());
            if (group.GetProperty("parameterSet").GetString() != $"ML-KEM-{set}")
            {
                continue;
            }

            foreach (var (test, answer) in group.GetProperty("tests").EnumerateArray().Zip(answered.GetProperty("tests").EnumerateArray()))
            {
                Assert.Equal(test.GetProperty("tcId").GetInt32(), answer.GetProperty("tcId").GetInt32());
                byte[] Of(string name) =>
                    test.TryGetProperty(name, out var value) || answer.TryGetProperty(name, out value)
                        ? Convert.FromHexString(value.GetString()!)
                        : [];
                var valid = !answer.TryGetProperty("testPassed", out var passed) || passed.GetBoolean();
                var fields = new Dictionary<string, byte[]> { ["K"] = Of("k"), ["seed"] = [.. Of("d"), .. Of("z")] };
                foreach (var name in new[] { "ek", "dk", "m", "c" })
                {
                    fields[name] = Of(name);
                }

                cases.Add(new($"ACVP {kind} tgId {group.GetProperty("tgId")} tcId {test.GetProperty("tcId")}", valid, fields));
            }
        }

        return cases;
    }

    private static MlKem Kem(int set) => set == 768 ? MlKem.Kem768 : MlKem.Kem1024;

    private static (byte[] PublicKey, byte[] PrivateKey) Generate(MlKem kem, int seed)
    {
        var (bytes, publicKey, privateKey) = (new byte[64], new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
        new Random(seed).NextBytes(bytes);
        kem.GenerateKey(bytes, publicKey, privateKey);
        return (publicKey, privateKey);
    }

    private static void SetCoefficient(byte[] key, int i, int value)
    {
        var at = i / 2 * 3;
        if (i % 2 == 0)
        {
            key[at] = (byte)value;
            key[at + 1] = (byte)((key[at + 1] & 0xF0) | (value >> 8));
        }
        else
        {
            key[at + 1] = (byte)((key[at + 1] & 0x0F) | (value << 4));
            key[at + 2] = (byte)(value >> 4);
        }
    }

    private sealed record Case(string Name, bool Valid, Dictionary<string, byte[]> Fields)
    {
        public byte[] this[string field] => Fields.GetValueOrDefault(field, []);
    }
}
