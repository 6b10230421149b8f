using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>The official client registers without a number: it buys a receipt with an invite, shows it, and lives on with what came of
/// it.</summary>
public sealed class WithoutNumberTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private readonly byte[] _params = server.ZkParams;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_registers_with_a_receipt_and_talks_to_an_account_that_has_a_number(int http)
    {
        var client = net.Open(server, http, Talk.RestOnly);
        var anonymous = client.ConnectAnonymously();
        var (alice, bob) = (client.RegisterWithoutNumber(Buy(anonymous, http)), client.Register());
        Assert.Null(alice.Number);
        Assert.Null(alice.Pni);
        Assert.False(alice.IsReregistration);
        Assert.Equal(16, alice.CredentialSalt!.Length);

        var (chatA, chatB) = (client.Connect(alice), client.Connect(bob));
        chatA.Next("empty");
        chatB.Next("empty");
        var said = JsonNode.Parse(chatA.Fetch("GET", "/v1/accounts/whoami").Body)!;
        Assert.Equal((alice.Aci, null, null), ((string)said["uuid"]!, (string?)said["number"], (string?)said["pni"]));
        Talk.Meet(alice, bob, anonymous);
        Talk.Send(chatA, alice, bob, "Nobody knows my number.", 1_700_000_000_001);
        Assert.Equal("Nobody knows my number.", Talk.Read(bob, alice, chatB.Receive().Content.ToByteArray()));
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, chatA.Receive().Type);
        Talk.Send(chatB, bob, alice, "You have none.", 1_700_000_000_002);
        Assert.Equal("You have none.", Talk.Read(alice, bob, chatA.Receive().Content.ToByteArray()));
        anonymous.Disconnect();
    }

    [Fact]
    public void An_answer_that_was_lost_is_had_again_and_nobody_else_has_the_receipt()
    {
        var client = net.Open(server, 2);
        var anonymous = client.ConnectAnonymously();
        var invite = server.Invite();
        var asked = Ask();
        var first = Buy(anonymous, asked, invite);
        var second = Buy(anonymous, asked, invite);
        Assert.Equal(
            "ReceiptCredentialErrorReceiptAlreadyIssued",
            Assert.Throws<LibsignalException>(() => Buy(anonymous, Ask(), invite)).Name);
        Assert.Equal(
            "ReceiptCredentialErrorPaymentNotFound",
            Assert.Throws<LibsignalException>(() => Buy(anonymous, Ask(), (invite.Token, "wrong"))).Name);

        var account = client.RegisterWithoutNumber(first);
        Assert.Equal(account.Aci, client.RegisterWithoutNumber(first, account.RecoveryPassword).Aci);
        Assert.Throws<LibsignalException>(() => client.RegisterWithoutNumber(first));
        Assert.Throws<LibsignalException>(() => client.RegisterWithoutNumber(second));
    }

    [Fact]
    public void The_recovery_password_gives_the_account_back_by_its_id()
    {
        var client = net.Open(server, 2);
        var account = client.RegisterWithoutNumber(Buy(client.ConnectAnonymously(), 2));
        var chat = client.Connect(account);
        chat.Next("empty");
        var recovered = client.Recover(account.Aci, account.RecoveryPassword);
        Assert.Equal((account.Aci, true), (recovered.Aci, recovered.IsReregistration));
        Assert.Null(recovered.Pni);
        chat.Next("interrupted");
        Assert.Equal("DeviceDelinked", Assert.Throws<LibsignalException>(() => client.Connect(account)).Name);
        client.Connect(recovered).Next("empty");
        Assert.Equal(
            "RegistrationRecoveryVerificationFailed",
            Assert.Throws<LibsignalException>(() => client.Recover(account.Aci, RandomNumberGenerator.GetBytes(32))).Name);
    }

    // The context of a request and the request, which the package makes.
    private JsonElement Ask() => net.Package.Call(
        "receipt.request",
        new { @public = _params, random = RandomNumberGenerator.GetBytes(32), serial = RandomNumberGenerator.GetBytes(16) });

    // The typed call is gRPC's alone; over HTTP/1.1 the same is asked by JSON.
    private byte[] Buy(OfficialChat anonymous, int http)
    {
        var (asked, invite) = (Ask(), server.Invite());
        if (http == 2)
        {
            return Buy(anonymous, asked, invite);
        }

        var answer = anonymous.Fetch("POST", "/v1/login-purchase/receipt_credentials", JsonSerializer.Serialize(new
        {
            purchaseIdentifier = $"{invite.Token}.{invite.Code}",
            receiptCredentialRequest = asked.Bytes("request"),
            paymentProvider = "GOOGLE_PLAY_BILLING",
        }));
        Assert.Equal(200, answer.Status);
        var response = Convert.FromBase64String((string)JsonNode.Parse(answer.Body)!["receiptCredentialResponse"]!);
        var received = net.Package.Call("receipt.receive", new { @public = _params, context = asked.Bytes("context"), response });
        return Show(received.Bytes("credential"));
    }

    // The package looks itself whether level and time are those of a login that was bought now.
    private byte[] Buy(OfficialChat anonymous, JsonElement asked, (string Token, string Code) invite) => Show(net.Package.CallBytes(
        "net.receipt",
        new { chat = anonymous.Name, purchase = $"{invite.Token}.{invite.Code}", context = asked.Bytes("context"), @public = _params }));

    private byte[] Show(byte[] credential) => net.Package.CallBytes(
        "receipt.present", new { @public = _params, random = RandomNumberGenerator.GetBytes(32), credential });
}
