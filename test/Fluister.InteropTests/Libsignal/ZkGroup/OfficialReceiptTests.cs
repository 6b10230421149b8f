using Fluister.Protocol;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Libsignal.ZkGroup;

/// <summary>A server's zero-knowledge params and receipts with the official package: byte for byte, each side in either role, and with
/// the same refusals.</summary>
public sealed class OfficialReceiptTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const ulong Day = 86_400;
    private const int Rounds = 8;

    private readonly SeededRandom _random = new(300);

    [Fact]
    public void Params_and_signatures_of_random_bytes_are_the_same_bytes()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var randomness = _random.Bytes(32);
            var ours = ServerSecretParams.Generate(new FixedRandom(randomness));
            var theirs = official.Call("zk.params", new { random = randomness });
            Assert.Equal(theirs.Bytes("secret"), ours.Write());
            Assert.Equal(theirs.Bytes("public"), ours.Public.Write());

            var (message, nonce) = (_random.Bytes(_random.Next(200)), _random.Bytes(32));
            var signature = ours.Sign(message, new FixedRandom(nonce));
            Assert.Equal(official.CallBytes("zk.sign", new { secret = ours.Write(), message, random = nonce }), signature);
            Assert.True(official.Call("zk.verify", new { @public = ours.Public.Write(), message, signature }).GetBoolean());
            signature[_random.Next(signature.Length)] ^= 4;
            Assert.Throws<LibsignalException>(
                () => official.Call("zk.verify", new { @public = ours.Public.Write(), message, signature }));
            Assert.False(ours.Public.Verify(message, signature));
        }
    }

    [Fact]
    public void Every_step_of_a_receipt_is_the_same_bytes_and_is_taken_by_the_other()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var server = ServerSecretParams.Generate(_random);
            var (secret, open) = (server.Write(), server.Public.Write());
            var (serial, one, two, three) = (_random.Bytes(16), _random.Bytes(32), _random.Bytes(32), _random.Bytes(32));
            var (expiration, level) = ((ulong)_random.Next(40_000) * Day, (ulong)_random.Next(1_000));

            var context = ReceiptCredentialRequestContext.Create(serial, new FixedRandom(one));
            var asked = official.Call("receipt.request", new { @public = open, random = one, serial });
            Assert.Equal(asked.Bytes("context"), context.Write());
            var request = asked.Bytes("request");
            Assert.Equal(request, context.Request.Write());

            var response = server.IssueReceipt(ReceiptCredentialRequest.Read(request), expiration, level, new FixedRandom(two));
            Assert.Equal(official.CallBytes("receipt.issue", new { secret, random = two, request, expiration, level }), response.Write());

            var received = official.Call(
                "receipt.receive", new { @public = open, context = context.Write(), response = response.Write() });
            var credential = context.Receive(server.Public, response);
            Assert.Equal(received.Bytes("credential"), credential.Write());

            var shown = credential.Present(server.Public, new FixedRandom(three)).Write();
            Assert.Equal(
                official.CallBytes("receipt.present", new { @public = open, random = three, credential = credential.Write() }), shown);
            Assert.True(server.Verify(ReceiptCredentialPresentation.Read(shown)));
            Assert.Equal(serial, official.Call("receipt.verify", new { secret, presentation = shown }).Bytes("serial"));
        }
    }

    [Fact]
    public void Changed_presentations_are_judged_alike()
    {
        var server = ServerSecretParams.Generate(_random);
        var secret = server.Write();
        var context = ReceiptCredentialRequestContext.Create(_random.Bytes(16), _random);
        var credential = context.Receive(server.Public, server.IssueReceipt(context.Request, Day, 300, _random));
        var shown = credential.Present(server.Public, _random).Write();
        Judge(shown, expected: true);
        for (var from = 0; from < shown.Length; from += 4)
        {
            byte[] changed = [.. shown];
            changed[from] ^= (byte)(1 << _random.Next(8));
            Judge(changed, expected: false);
        }

        Judge(shown[..^1], expected: false);
        Judge([.. shown, 0], expected: false);

        void Judge(byte[] presentation, bool expected)
        {
            Assert.Equal(expected, Accepts(() => Assert.True(server.Verify(ReceiptCredentialPresentation.Read(presentation)))));
            Assert.Equal(expected, Accepts(() => official.Call("receipt.verify", new { secret, presentation })));
        }
    }

    [Fact]
    public void Changed_answers_are_judged_alike()
    {
        var server = ServerSecretParams.Generate(_random);
        var context = ReceiptCredentialRequestContext.Create(_random.Bytes(16), _random);
        var response = server.IssueReceipt(context.Request, Day, 300, _random).Write();
        Judge(response, expected: true);
        for (var from = 0; from < response.Length; from += 6)
        {
            byte[] changed = [.. response];
            changed[from] ^= (byte)(1 << _random.Next(8));
            Judge(changed, expected: false);
        }

        Judge(server.IssueReceipt(context.Request, Day + 1, 300, _random).Write(), expected: false);

        void Judge(byte[] answer, bool expected)
        {
            Assert.Equal(expected, Accepts(() => context.Receive(server.Public, ReceiptCredentialResponse.Read(answer))));
            Assert.Equal(expected, Accepts(() => official.Call(
                "receipt.receive", new { @public = server.Public.Write(), context = context.Write(), response = answer })));
        }
    }

    private static bool Accepts(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception refusal) when (refusal is ProtocolException or LibsignalException or Xunit.Sdk.TrueException)
        {
            return false;
        }
    }
}
