using System.Globalization;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Federation;

/// <summary>The other server is down while the official client writes to somebody there, and it does not notice.</summary>
public sealed class DownTests(TwoServers servers, OfficialNet net) : IClassFixture<TwoServers>, IClassFixture<OfficialNet>
{
    private const int Messages = 40;

    [Fact]
    public void What_is_sent_meanwhile_comes_afterwards_and_in_order()
    {
        var (here, there) = (net.Open(servers.Here, 2), net.Open(servers.There, 2));
        var (alice, bob, carol) = (here.Register(), there.Register(), there.Register());
        var (chat, anonymous) = (here.Connect(alice), here.ConnectAnonymously());
        chat.Next("empty");
        Talk.Meet(alice, bob, anonymous);
        servers.There.Kill();
        for (var i = 0; i < Messages; i++)
        {
            Talk.Send(chat, alice, bob, $"Message {i}", 1_700_000_000_000 + i);

            // What waits is on the disk.
            if (i == Messages / 2)
            {
                servers.Here.Kill();
                servers.Here.Start();
                here = net.Open(servers.Here, 2);
                (chat, anonymous) = (here.Connect(alice), here.ConnectAnonymously());
                chat.Next("empty");
            }
        }

        // Devices and keys are compared while nobody answers; whoever was never written to cannot be written to now.
        var stale = chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId ^ 1, [1]));
        Assert.Equal((410, """{"staleDevices":[1]}"""), (stale.Status, stale.Body));
        var stranger = chat.Fetch("PUT", $"/v1/messages/{carol.Aci}", Talk.Body(carol.RegistrationId, [1]));
        Assert.Equal(503, stranger.Status);
        Assert.True(int.Parse(stranger.Headers["retry-after"], CultureInfo.InvariantCulture) > 0);
        Assert.Equal(503, chat.Fetch("GET", $"/v2/keys/{carol.Aci}/1").Status);

        servers.There.Start();
        var chatB = net.Open(servers.There, 2).Connect(bob);
        var texts = new List<string>();
        while (texts.Count < Messages)
        {
            var next = net.Package.Call("chat.next", new { chat = chatB.Name });
            if (next.GetProperty("event").GetString() == "message")
            {
                texts.Add(Talk.Read(bob, alice, Take(chatB, next)));
            }
        }

        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"Message {i}"), texts);
        for (var i = 0; i < Messages; i++)
        {
            var receipt = chat.Receive();
            Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
            Assert.Equal(1_700_000_000_000u + (ulong)i, receipt.ClientTimestamp);
        }

        Talk.Send(chat, alice, bob, "And now.", 1_700_000_009_000);
        Assert.Equal("And now.", Talk.Read(bob, alice, chatB.Receive().Content.ToByteArray()));
        chatB.Disconnect();
        chat.Disconnect();
    }

    private static byte[] Take(OfficialChat chat, JsonElement said)
    {
        chat.Answer(said.Number("message"));
        return Envelope.Parser.ParseFrom(said.Bytes("envelope")).Content.ToByteArray();
    }
}
