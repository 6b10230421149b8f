using System.Buffers.Text;
using System.Globalization;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Identity;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>The one form of signatures between home servers: what they cover, and whom the request is for, so that nothing that was signed
/// for one server is good for another.</summary>
internal static class PeerSignature
{
    /// <summary>Names, by its tag, the server that a request is for.</summary>
    public const string DestinationHeader = "Fluister-Destination";

    /// <summary>Says where the asker's descriptor is, HOST or HOST:PORT, to a server that may not know it yet.</summary>
    public const string OriginHeader = "Fluister-Origin";

    private const string Label = "fl";
    private const string Tag = "fluister-federation";
    private const int NonceBytes = 16;
    private const int ShortestNonce = 16;

    private static readonly string[] Covered = ["@method", "@path", "content-digest", "fluister-destination"];

    /// <summary>The headers that sign a request.</summary>
    public static IEnumerable<(string Name, string Value)> Sign(
        string verb,
        string path,
        ReadOnlySpan<byte> body,
        ServerTag destination,
        ServerIdentity identity,
        DateTimeOffset now,
        RandomSource random)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        random.Fill(nonce);
        var covered = string.Join(' ', Covered.Select(name => $"\"{name}\""));
        var parameters = string.Create(
            CultureInfo.InvariantCulture,
            $"({covered});created={now.ToUnixTimeSeconds()};nonce=\"{Base64Url.EncodeToString(nonce)}\";keyid=\"{identity.Tag}\""
            + $";tag=\"{Tag}\"");
        var (digest, to) = (HttpSignature.Digest(body), destination.ToString());
        var signature = identity.Key.Private.Sign(Base(Covered, verb, path, digest, to, parameters), random);
        return
        [
            (HttpSignature.DigestHeader, digest),
            (DestinationHeader, to),
            (HttpSignature.InputHeader, $"{Label}={parameters}"),
            (HttpSignature.Header, $"{Label}=:{Convert.ToBase64String(signature)}:"),
        ];
    }

    /// <summary>Whether a signature says all that one between home servers must say.</summary>
    public static bool IsWhole(HttpSignature signature) =>
        signature is { Created: not null, Nonce.Length: >= ShortestNonce, KeyId: not null, Tag: Tag, Covered.Count: 4 }
        && Covered.All(signature.Covered.Contains);

    /// <summary>Whether a key made a signature of a request.</summary>
    public static bool Fits(HttpSignature signature, PublicKey key, string verb, string path, string digest, string destination) =>
        key.Verify(Base(signature.Covered, verb, path, digest, destination, signature.Parameters), signature.Signature);

    private static byte[] Base(
        IEnumerable<string> covered, string verb, string path, string digest, string destination, string parameters) =>
        HttpSignature.Base(
            covered.Select(name => (name, name switch
            {
                "@method" => verb,
                "@path" => path,
                "content-digest" => digest,
                _ => destination,
            })),
            parameters);
}
