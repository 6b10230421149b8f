using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Fluister.Protocol.Keys;

namespace Fluister.Wire.Descriptors;

/// <summary>An invite as a link: where the server is, the key that its descriptor is signed with, and what registers there.</summary>
/// <remarks>So the one who follows it needs to trust nothing but the link: the descriptor, which the key vouches for, brings the rest.
/// What registers stands behind '#', which no program sends to a server.</remarks>
/// <param name="Server">https://HOST:PORT</param>
/// <param name="Key">The server's identity key.</param>
/// <param name="Token">The invite's token, base64url; null where the link names a server alone.</param>
/// <param name="Code">The invite's code, digits; null with it.</param>
public sealed record InviteLink(Uri Server, PublicKey Key, string? Token = null, string? Code = null)
{
    private const string Scheme = "fluister";
    private const string KeyName = "?key=";
    private const int Longest = 1024;

    /// <summary>What clients of Signal's service name as their purchase: token and code; null for a server alone.</summary>
    public string? Purchase => Token is null ? null : $"{Token}.{Code}";

    /// <summary>Reads a link: fluister://HOST:PORT/?key=KEY#TOKEN.CODE, or without what stands from '#' on.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out InviteLink? link)
    {
        link = null;
        Span<byte> key = stackalloc byte[PublicKey.SerializedBytes];
        if (text.Length > Longest
            || !Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri)
            || uri is not { Scheme: Scheme, Host.Length: > 0, AbsolutePath: "/" or "", UserInfo: "" }
            || !uri.Query.StartsWith(KeyName, StringComparison.Ordinal)
            || !Base64Text.TryRead(uri.Query.AsSpan(KeyName.Length), key)
            || key[0] != PublicKey.Type)
        {
            return false;
        }

        var server = new UriBuilder(Uri.UriSchemeHttps, uri.Host, uri.Port < 0 ? 443 : uri.Port).Uri;
        link = uri.Fragment.Split('.') switch
        {
            ["" or "#"] => new InviteLink(server, PublicKey.Read(key)),
            [['#', .. { Length: > 0 } token], { Length: > 0 } code] when Base64Url.IsValid(token) && code.All(char.IsAsciiDigit) =>
                new InviteLink(server, PublicKey.Read(key), token, code),
            _ => null,
        };
        return link is not null;
    }

    /// <summary>The link; with an invite it registers, so it is a secret then.</summary>
    public override string ToString() => $"{Scheme}://{Server.Authority}/{KeyName}{Base64Url.EncodeToString(Key.Serialized)}"
        + (Token is null ? "" : $"#{Token}.{Code}");
}
