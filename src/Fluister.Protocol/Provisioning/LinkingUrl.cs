using System.Diagnostics.CodeAnalysis;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Provisioning;

/// <summary>What a new device shows as a code: where it listens, its key, and what it can do.</summary>
/// <param name="Address">The address that the server gave to the new device's connection.</param>
/// <param name="Key">The key to encrypt the account's secrets for.</param>
/// <param name="Capabilities">Names of what the new device can do, such as "backup5"; without commas.</param>
public sealed record LinkingUrl(string Address, PublicKey Key, IReadOnlyList<string> Capabilities)
{
    private const string Start = "sgnl://linkdevice";

    /// <summary>Reads a code; false where it is no such URL, or its key is none.</summary>
    /// <remarks>The key's base64 may be that for URLs, and a slash may stand before the question mark.</remarks>
    public static bool TryParse(string text, [NotNullWhen(true)] out LinkingUrl? url)
    {
        url = null;
        if (text.Length > Limits.LinkingUrlChars || !text.StartsWith(Start, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var query = text[Start.Length..].TrimStart('/');
        if (!query.StartsWith('?'))
        {
            return false;
        }

        string? address = null, key = null, capabilities = null;
        foreach (var pair in query[1..].Split('#')[0].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' ')));
            switch (name)
            {
                case "uuid":
                    address ??= value;
                    break;
                case "pub_key":
                    key ??= value;
                    break;
                case "capabilities":
                    capabilities ??= value;
                    break;
                default:
                    break;
            }
        }

        if (string.IsNullOrEmpty(address) || ReadKey(key) is not { } read)
        {
            return false;
        }

        url = new LinkingUrl(address, read, capabilities?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []);
        return true;
    }

    /// <summary>The code's text.</summary>
    public override string ToString()
    {
        var key = Convert.ToBase64String(Key.Serialized);
        return $"{Start}?uuid={Escape(Address)}&pub_key={Escape(key)}&capabilities={Escape(string.Join(',', Capabilities))}";
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static PublicKey? ReadKey(string? base64)
    {
        // A plus that was not escaped came as a space. 33 bytes need no padding.
        var text = (base64 ?? "").Replace(' ', '+').Replace('-', '+').Replace('_', '/');
        Span<byte> bytes = stackalloc byte[PublicKey.SerializedBytes];
        return Convert.TryFromBase64String(text, bytes, out var count) && count == PublicKey.SerializedBytes && bytes[0] == PublicKey.Type
            ? PublicKey.Read(bytes[..count])
            : null;
    }
}
