using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Registration;

/// <summary>Where clients of Signal's service buy a login: here an invite is what was paid with.</summary>
/// <remarks>What comes of it is a receipt that registers an account without a number, and that does not tell which invite it came
/// from.</remarks>
internal sealed class LoginPurchaseRoom(
    InviteStore invites, InviteReceipts receipts, ServerIdentity server, RateLimits limits, ServerOptions options,
    TimeProvider time, RandomSource random)
{
    // As in an invite's link.
    private const char CodeSeparator = '.';

    // Making a receipt takes the processor some milliseconds.
    private readonly Limit _ofOrigin = Limit.OfRegistrations(options, "loginReceipt");

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes => [new("POST", "/v1/login-purchase/receipt_credentials", Access.Anonymous, CreateAsync)];

    /// <summary>Gives a receipt for an invite.</summary>
    /// <param name="purchase">"TOKEN.CODE".</param>
    /// <param name="request">97 bytes.</param>
    /// <param name="origin">Where it is asked from.</param>
    /// <returns>What became of it, and the receipt, 409 bytes.</returns>
    /// <exception cref="RefusedException">400: not a request; 429: too often.</exception>
    public async Task<(IssuedReceipt Issued, byte[] Receipt)> IssueAsync(string purchase, byte[] request, ulong origin)
    {
        limits.Take(_ofOrigin, origin);
        var asked = Read(request);
        if (Token(purchase) is not { } token)
        {
            return (IssuedReceipt.UnknownInvite, []);
        }

        var now = time.GetUtcNow();
        var (issued, expiration) = await receipts.BuyAsync(token, request, Redemption.Expiration(now), now).ConfigureAwait(false);
        return issued == IssuedReceipt.Given
            ? (issued, server.Zk.IssueReceipt(asked, expiration, Redemption.Level, random).Write())
            : (issued, []);
    }

    private static ReceiptCredentialRequest Read(byte[] bytes)
    {
        try
        {
            return ReceiptCredentialRequest.Read(bytes);
        }
        catch (ProtocolException)
        {
            throw new RefusedException(400);
        }
    }

    // The token of an invite whose code is given with it. Wrong codes count as they do where a code is typed in.
    private byte[]? Token(string purchase)
    {
        var separator = purchase.IndexOf(CodeSeparator, StringComparison.Ordinal);
        if (separator < 0
            || Invite.ReadToken(purchase[..separator]) is not { } token
            || invites.Code(token) is not { } code)
        {
            return null;
        }

        if (limits.Wait(ServerLimits.InviteCode, LimitKey.Of(token)) is { } wait)
        {
            throw new RefusedException(Response.TooMany(wait));
        }

        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(purchase[(separator + 1)..]), Encoding.UTF8.GetBytes(code)))
        {
            return null;
        }

        limits.Clear(ServerLimits.InviteCode, LimitKey.Of(token));
        return token;
    }

    private async ValueTask<Response> CreateAsync(Request request, CancellationToken cancellation)
    {
        var body = request.Json(WireJson.Default.CreateLoginReceiptJson);
        var (issued, receipt) = await IssueAsync(body.PurchaseIdentifier, body.ReceiptCredentialRequest, request.Origin)
            .ConfigureAwait(false);
        return issued switch
        {
            IssuedReceipt.Given => Response.Json(new LoginReceiptJson(receipt), WireJson.Default.LoginReceiptJson),
            IssuedReceipt.UsedUp => new Response(409),
            _ => new Response(404),
        };
    }
}
