using System.Text.Json.Nodes;
using Fluister.Cryptography.Symmetric;

namespace Fluister.Tests.Cryptography.Symmetric;

/// <summary>Cases of Project Wycheproof (aes_gcm_siv_test.json): counters that wrap, forged tags, lengths about a block.</summary>
/// <remarks>The telling ones are committed; where FLUISTER_WYCHEPROOF names its folder testvectors_v1, all with 256-bit keys run.</remarks>
public sealed class WycheproofAesGcmSivTests
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("FLUISTER_WYCHEPROOF");

    [Fact]
    public void Every_case_has_its_result()
    {
        var cases = (Folder is null ? Selection() : Whole(Folder)).ToList();
        Assert.True(cases.Count >= 30);
        Assert.Contains(cases, test => !test.Valid);
        foreach (var test in cases)
        {
            foreach (var accelerated in AesGcmSiv.IsAccelerated ? (bool[])[true, false] : [false])
            {
                using var cipher = new AesGcmSiv(test.Key, accelerated);
                var opened = new byte[test.Ciphertext.Length];
                var valid = cipher.TryDecrypt(test.Nonce, test.Ciphertext, test.Tag, opened, test.AssociatedData);
                Assert.True(test.Valid == valid, $"Wycheproof tcId {test.Id}, accelerated {accelerated}");
                Assert.Equal(test.Valid ? test.Text : new byte[test.Text.Length], opened);

                var (ciphertext, tag) = (new byte[test.Text.Length], new byte[AesGcmSiv.TagBytes]);
                cipher.Encrypt(test.Nonce, test.Text, ciphertext, tag, test.AssociatedData);
                Assert.Equal(test.Valid, test.Ciphertext.SequenceEqual(ciphertext) && test.Tag.SequenceEqual(tag));
            }
        }
    }

    private static IEnumerable<Case> Selection() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cryptography", "vectors", "wycheproof-aes-gcm-siv.txt"))
            .Where(line => !line.StartsWith('#')).Select(line => line.Split(' '))
            .Select(fields => Of(fields[0], fields[1], [.. fields[2..].Select(field => field == "-" ? "" : field)]));

    private static IEnumerable<Case> Whole(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "aes_gcm_siv_test.json")))!["testGroups"]!.AsArray()
            .Where(group => (int)group!["keySize"]! == 8 * AesGcmSiv.KeyBytes)
            .SelectMany(group => group!["tests"]!.AsArray())
            .Select(test => Of(
                test!["tcId"]!.ToString(), (string)test["result"]!,
                [.. ((string[])["key", "iv", "msg", "aad", "ct", "tag"]).Select(name => (string)test[name]!)]));

    private static Case Of(string id, string result, string[] hex)
    {
        var values = hex.Select(Convert.FromHexString).ToArray();
        return new Case(id, result == "valid", values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private sealed record Case(
        string Id, bool Valid, byte[] Key, byte[] Nonce, byte[] Text, byte[] AssociatedData, byte[] Ciphertext, byte[] Tag);
}
