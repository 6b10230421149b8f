using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Server.Federation;

/// <summary>A signature of a request (RFC 9421) as its two headers give it, before anything of it is believed.</summary>
/// <remarks>Read strictly: one signature, in the canonical form of structured fields (RFC 9651, section 4.1), so that what was signed is
/// what stands there. Of the parameters there may be created, nonce, keyid and tag; an algorithm is not named, since the key says
/// it.</remarks>
internal sealed record HttpSignature
{
    /// <summary>What is covered, and by which parameters.</summary>
    public const string InputHeader = "Signature-Input";

    /// <summary>The signature itself.</summary>
    public const string Header = "Signature";

    /// <summary>The body's digest (RFC 9530).</summary>
    public const string DigestHeader = "Content-Digest";

    /// <summary>What is covered and the parameters, as they stand behind the label.</summary>
    public required string Parameters { get; init; }

    /// <summary>The names of what is covered, in order; none twice.</summary>
    public required IReadOnlyList<string> Covered { get; init; }

    /// <summary>When it was made, in seconds since 1970.</summary>
    public long? Created { get; init; }

    /// <summary>No two signatures have the same.</summary>
    public string? Nonce { get; init; }

    /// <summary>Names the key.</summary>
    public string? KeyId { get; init; }

    /// <summary>What it is for.</summary>
    public string? Tag { get; init; }

    /// <summary>The signature's bytes.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>The digest of a body, as its header has it.</summary>
    public static string Digest(ReadOnlySpan<byte> body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:";

    /// <summary>What is signed (RFC 9421, section 2.5).</summary>
    /// <param name="covered">Names and values of what is covered.</param>
    /// <param name="parameters">As <see cref="Parameters"/>.</param>
    public static byte[] Base(IEnumerable<(string Name, string Value)> covered, string parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in covered)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"{name}\": {value}\n");
        }

        return Encoding.UTF8.GetBytes(text.Append(CultureInfo.InvariantCulture, $"\"@signature-params\": {parameters}").ToString());
    }

    /// <summary>Reads both headers.</summary>
    /// <returns>None where they are not exactly of that form.</returns>
    public static HttpSignature? Read(string? input, string? signature)
    {
        if (input is not { Length: <= ServerLimits.PeerSignature } || signature is not { Length: <= ServerLimits.PeerSignature })
        {
            return null;
        }

        var text = new SignatureText(input);
        if (text.Key() is not { } label || !text.Take('='))
        {
            return null;
        }

        var parameters = text.Rest;
        if (Bytes(signature, label) is not { } bytes || text.List() is not { } covered || covered.Distinct().Count() < covered.Count)
        {
            return null;
        }

        var read = new HttpSignature { Parameters = parameters, Covered = covered, Signature = bytes };
        while (text.Take(';'))
        {
            if (!text.Parameter(out var name, out var value, out var number) || read.With(name, value, number) is not { } more)
            {
                return null;
            }

            read = more;
        }

        return text.Rest.Length == 0 ? read : null;
    }

    private HttpSignature? With(string name, string? value, long? number) => (name, value, number) switch
    {
        ("created", null, { } created) when Created is null => this with { Created = created },
        ("nonce", { } nonce, null) when Nonce is null => this with { Nonce = nonce },
        ("keyid", { } key, null) when KeyId is null => this with { KeyId = key },
        ("tag", { } tag, null) when Tag is null => this with { Tag = tag },
        _ => null,
    };

    private static byte[]? Bytes(string signature, string label)
    {
        var value = signature.AsSpan();
        if (!value.StartsWith(label, StringComparison.Ordinal) || !value[label.Length..].StartsWith("=:", StringComparison.Ordinal)
            || value[^1] != ':' || value.Length < label.Length + 3)
        {
            return null;
        }

        var base64 = value[(label.Length + 2)..^1];
        var bytes = new byte[base64.Length / 4 * 3];
        return !base64.ContainsAny(" \t\r\n") && Convert.TryFromBase64Chars(base64, bytes, out var length) ? bytes[..length] : null;
    }
}
