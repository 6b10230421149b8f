using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Server.Accounts;
using Fluister.Server.Operations;

namespace Fluister.Server.Calling;

/// <summary>Names and passwords for the operator's TURN server, good for a time: coturn's use-auth-secret, the "REST API for access to TURN
/// services" (draft-uberti-behave-turn-rest).</summary>
/// <remarks>The name is when it expires, and a pseudonym of the account, by which coturn can bound what each uses: a keyed hash, so that
/// the TURN server does not learn whose call it relays.</remarks>
internal sealed class TurnCredentials(ServerOptions options, byte[] key, TimeProvider time)
{
    private const int PseudonymBytes = 8;

    /// <summary>Where the TURN server is; none without one.</summary>
    public IReadOnlyList<string> Urls => options.TurnUrls;

    private static ReadOnlySpan<byte> Label => "fluister turn pseudonym"u8;

    /// <summary>A name and a password for an account.</summary>
    public (string Name, string Password) Issue(Guid account)
    {
        var expires = (time.GetUtcNow() + ServerLimits.TurnCredential).ToUnixTimeSeconds();
        var pseudonym = HMACSHA256.HashData(key, (byte[])[.. Label, .. AccountStore.Bytes(account)]).AsSpan(0, PseudonymBytes);
        var name = string.Create(CultureInfo.InvariantCulture, $"{expires}:{Convert.ToHexStringLower(pseudonym)}");
#pragma warning disable CA5350 // SHA-1 is what coturn and its draft take; HMAC does not rest on its collisions.
        return (name, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(options.TurnSecret!), Encoding.UTF8.GetBytes(name))));
#pragma warning restore CA5350
    }
}
