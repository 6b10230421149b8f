using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForking.Rebuild.Signing;

/// <summary>What somebody says, and signs, who built a release: docs/spec/rebuild-attestation.md.</summary>
/// <param name="Statement">UTF-8 JSON, as it was signed.</param>
/// <param name="Key">The rebuilder's public key: SubjectPublicKeyInfo.</param>
/// <param name="Signature">r and s, 32 bytes each.</param>
internal sealed record Attestation(byte[] Statement, byte[] Key, byte[] Signature)
{
    /// <summary>The longest statement that servers read (docs/spec/rebuild-attestation.md): 8 KiB.</summary>
    private const int LongestStatement = 8 * 1024;

    private static readonly byte[] s_context = "fluister-rebuild-attestation-v1\n"u8.ToArray();

    /// <summary>Attests what a SHA256SUMS and the builds.json beside it say.</summary>
    /// <param name="sums">The path of SHA256SUMS.</param>
    /// <param name="key">The rebuilder's key.</param>
    /// <param name="rebuilder">How the rebuilder wants to be called.</param>
    /// <param name="time">When it was built.</param>
    /// <param name="lasts">How long it counts.</param>
    /// <exception cref="NotForkException">It is a build of changed sources, or builds.json is not the one that it names.</exception>
    public static Attestation Make(string sums, ECDsa key, string rebuilder, DateTimeOffset time, TimeSpan lasts)
    {
        var list = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(sums))!, "builds.json");
        if (!File.Exists(list) || !Sums.Read(sums).Contains(("builds.json", FolderHash.File(list))))
        {
            throw new NotForkException(ExitCode.Verification, "It is not the one that SHA256SUMS names.", new Place(list));
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        if (json.RootElement.GetProperty("sourceTree").GetString() is not { } tree)
        {
            throw new NotForkException(
                ExitCode.Verification, "It is a build of changed sources, which nobody can attest.", new Place(list));
        }

        var statement = JsonText.WriteCompact(writer => writer.Object(() =>
        {
            writer.WriteNumber("version", 1);
            writer.WriteString("name", "fluister");
            writer.WriteString("sourceTree", tree);
            writer.WriteString("sums", FolderHash.File(sums));
            writer.WritePropertyName("builds");
            json.RootElement.GetProperty("builds").WriteTo(writer);
            writer.WriteString("rebuilder", rebuilder);
            writer.WriteString("time", Text(time));
            writer.WriteString("expires", Text(time + lasts));
        }));
        if (statement.Length > LongestStatement)
        {
            throw new NotForkException(
                ExitCode.Usage, $"The statement has more than {LongestStatement} bytes, which no server reads; shorten --name.");
        }

        return new Attestation(
            statement, key.ExportSubjectPublicKeyInfo(),
            key.SignData([.. s_context, .. statement], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>Reads an attestation and checks its signature: not whether its key is anybody's whom one trusts.</summary>
    /// <exception cref="NotForkException">It is malformed, or not signed by its key (verification).</exception>
    public static Attestation Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var attestation = new Attestation(
                json.RootElement.GetProperty("statement").GetBytesFromBase64(), json.RootElement.GetProperty("key").GetBytesFromBase64(),
                json.RootElement.GetProperty("signature").GetBytesFromBase64());
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(attestation.Key, out var read);
            if (read == attestation.Key.Length && ReleaseKey.IsP256(key) && key.VerifyData(
                (byte[])[.. s_context, .. attestation.Statement], attestation.Signature, HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            {
                return attestation;
            }
        }
        catch (Exception e) when (
            e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or CryptographicException
            or IOException)
        {
            throw new NotForkException(ExitCode.Verification, "It is no attestation.", new Place(path), e);
        }

        throw new NotForkException(ExitCode.Verification, "Its signature is not that of the key that it names.", new Place(path));
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Write() => JsonText.Write(json => json.Object(() =>
    {
        json.WriteBase64String("statement", Statement);
        json.WriteBase64String("key", Key);
        json.WriteBase64String("signature", Signature);
    }));

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Statement);
}
