using System.Text.Json.Nodes;
using Fluister.Cryptography;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Server.Invites;
using Fluister.Server.Requests;

namespace Fluister.ServerTests;

/// <summary>Somebody who has an invite and wants a receipt for it, which registers without a number.</summary>
internal sealed class Buyer(TestServer server)
{
    private readonly ReceiptCredentialRequestContext _context =
        ReceiptCredentialRequestContext.Create(Registrant.Bytes(16), RandomSource.System);

    private ServerPublicParams Params => server.Home.Identity.Zk.Public;

    /// <summary>A receipt for an invite, shown.</summary>
    public static async Task<byte[]> BuyAsync(TestServer server, Invite invite)
    {
        var buyer = new Buyer(server);
        var response = await buyer.AskAsync(invite);
        Assert.Equal(200, response.Status);
        return buyer.Show(buyer.Take(response));
    }

    /// <summary>Asks for it, always with the same request.</summary>
    public ValueTask<Response> AskAsync(Invite invite, ulong origin = 0) => AskAsync($"{invite.Text}.{invite.Code}", origin);

    /// <summary>Asks with any text for an invite.</summary>
    public ValueTask<Response> AskAsync(string purchase, ulong origin = 0) => server.AskAsync(
        "POST",
        "/v1/login-purchase/receipt_credentials",
        body: Json.Body(new
        {
            purchaseIdentifier = purchase,
            receiptCredentialRequest = Request,
            paymentProvider = "GOOGLE_PLAY_BILLING",
        }),
        origin: origin);

    /// <summary>The request, 97 bytes.</summary>
    public byte[] Request => _context.Request.Write();

    /// <summary>Takes the receipt out of an answer.</summary>
    public ReceiptCredential Take(Response response) =>
        Take(Convert.FromBase64String((string)response.Read()["receiptCredentialResponse"]!));

    /// <summary>Takes the receipt out of an answer's bytes.</summary>
    public ReceiptCredential Take(byte[] response) => _context.Receive(Params, ReceiptCredentialResponse.Read(response));

    /// <summary>Shows a receipt.</summary>
    public byte[] Show(ReceiptCredential receipt) => receipt.Present(Params, RandomSource.System).Write();

    /// <summary>A receipt that no invite was given for, such as one of another server.</summary>
    public byte[] Forge(ServerSecretParams keys, ulong expiration, ulong level) => _context
        .Receive(keys.Public, keys.IssueReceipt(_context.Request, expiration, level, RandomSource.System))
        .Present(keys.Public, RandomSource.System).Write();

    /// <summary>What registers with a receipt.</summary>
    public static JsonObject Proof(byte[] presentation) =>
        new() { ["receiptCredentialPresentation"] = Convert.ToBase64String(presentation) };
}
