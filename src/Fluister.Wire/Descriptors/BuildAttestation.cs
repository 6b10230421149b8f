using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Fluister.Wire.Descriptors;

/// <summary>A rebuilder's signed word: these builds are what they themselves made of that source tree. It is about builds, and not about
/// the server that publishes it: every server with one of them may (docs/spec/rebuild-attestation.md).</summary>
/// <param name="Statement">A <see cref="BuildStatementJson"/>, as it was signed.</param>
/// <param name="Key">The rebuilder's public key: ECDSA on P-256, as SubjectPublicKeyInfo.</param>
/// <param name="Signature">Over the statement, with SHA-256; 64 bytes (IEEE P1363).</param>
public sealed record BuildAttestation(byte[] Statement, byte[] Key, byte[] Signature)
{
    /// <summary>The version that this program reads.</summary>
    public const int Version = 1;

    /// <summary>What the builds are of.</summary>
    public const string Name = "fluister";

    /// <summary>The longest statement that is read: 8 KiB.</summary>
    public const int LongestStatement = 8 * 1024;

    private const int KeyBits = 256;
    private const string Curve = "1.2.840.10045.3.1.7";

    // Stands before the statement in what is signed, so that the signature is good for nothing else.
    private static ReadOnlySpan<byte> Purpose => "fluister-rebuild-attestation-v1\n"u8;

    /// <summary>What is signed for a statement.</summary>
    public static byte[] Signed(ReadOnlySpan<byte> statement) => [.. Purpose, .. statement];

    /// <summary>What the rebuilder says, if it was signed with the key that stands here; none otherwise. Until when it holds is for the
    /// reader to look at.</summary>
    public BuildStatementJson? Read()
    {
        try
        {
            using var key = ReadKey(Key);
            return Statement.Length <= LongestStatement && key?.VerifyData(Signed(Statement), Signature, HashAlgorithmName.SHA256) == true
                && JsonSerializer.Deserialize(Statement, DescriptorJsonContext.Default.BuildStatementJson) is { IsSound: true } said
                    ? said
                    : null;
        }
        catch (Exception wrong) when (wrong is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether bytes are a rebuilder's public key, in its one form.</summary>
    public static bool IsKey(ReadOnlySpan<byte> bytes)
    {
        using var key = ReadKey(bytes);
        return key is not null && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(bytes);
    }

    /// <summary>Whether a text is a build's hash: 64 hexadecimal digits, in small letters.</summary>
    public static bool IsBuild(string? text) => text?.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a text names a source tree, as git does: 40 or 64 hexadecimal digits, in small letters.</summary>
    public static bool IsTree(string? text) =>
        text?.Length is 2 * SHA1.HashSizeInBytes or 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    private static ECDsa? ReadKey(ReadOnlySpan<byte> bytes)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(bytes, out var read);
            if (read == bytes.Length && key.KeySize == KeyBits && key.ExportParameters(false).Curve is { Oid.Value: Curve })
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
            // It is none.
        }

        key.Dispose();
        return null;
    }
}

/// <summary>What a rebuilder signs: that they built the source tree, and that these builds came of it.</summary>
/// <param name="Version">1.</param>
/// <param name="Name">fluister</param>
/// <param name="SourceTree">Names the source tree, as git does.</param>
/// <param name="Builds">The builds.</param>
/// <param name="Expires">From when on it does not count any more: 2027-11-23T00:00:00Z.</param>
public sealed record BuildStatementJson(
    int Version, string Name, string SourceTree, IReadOnlyList<AttestedBuildJson> Builds, string Expires)
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Whether it is in the form that this program reads.</summary>
    internal bool IsSound => Version == BuildAttestation.Version && Name == BuildAttestation.Name && BuildAttestation.IsTree(SourceTree)
        && Builds.All(build => BuildAttestation.IsBuild(build?.BuildHash)) && End is not null;

    /// <summary>The same as a time; none where it cannot be read.</summary>
    private DateTimeOffset? End =>
        DateTimeOffset.TryParseExact(Expires, Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : null;

    /// <summary>From when on it does not count any more.</summary>
    public DateTimeOffset Until() => End!.Value;

    /// <summary>Whether it is about a build.</summary>
    public bool Attests(string? buildHash) => Builds.Any(build => build.BuildHash == buildHash);

    /// <summary>A time as it stands in a statement.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture);
}

/// <summary>One build: the artifact that has it, and the hash of its folder, 64 hexadecimal digits.</summary>
public sealed record AttestedBuildJson(string Artifact, string BuildHash);
