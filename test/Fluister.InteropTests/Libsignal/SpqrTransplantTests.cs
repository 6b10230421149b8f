using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Ratchets.Spqr;

namespace Fluister.InteropTests.Libsignal;

/// <summary>The post-quantum ratchet moved between the official package and ours in the midst of a conversation.</summary>
public sealed class SpqrTransplantTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private static readonly string[] Names = ["alice", "bob"];
    private static readonly string[] Addresses = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

    [Fact]
    public void Every_step_of_the_official_package_is_a_step_of_ours()
    {
        Begin();
        var random = new Random(1);
        var underWay = new List<(int To, byte[] Message)>();
        var same = 0;
        while (Epoch(0) < 5)
        {
            var side = random.Next(2);
            var before = State(side);
            var message = Encrypt(side);
            same += AssertSent(before, State(side), message);
            if (random.Next(10) < 8)
            {
                underWay.Add((1 - side, message));
            }

            while (underWay.Count > random.Next(5))
            {
                var at = random.Next(underWay.Count);
                var (to, arrived) = underWay[at];
                underWay.RemoveAt(at);
                before = State(to);
                Decrypt(to, arrived);
                var ours = SpqrRatchet.Read(before);
                using var step = ours.Receive(PostQuantum(arrived));
                step.Commit();
                Assert.Equal(State(to), ours.Write());
            }
        }

        Assert.True(same > 100, "steps of sending without chance are the same");
    }

    [Fact]
    public void Our_steps_and_those_of_the_official_package_take_turns_on_the_same_states()
    {
        Begin();
        var random = new Random(2);
        var (byUs, byThem) = (0, 0);
        while (Epoch(0) < 8 || Epoch(1) < 8)
        {
            var side = random.Next(2);
            if (random.Next(2) == 0)
            {
                Decrypt(1 - side, Encrypt(side));
                byThem++;
                continue;
            }

            SpqrRatchet[] ours = [SpqrRatchet.Read(State(0)), SpqrRatchet.Read(State(1))];
            for (var i = random.Next(1, 12); i > 0; i--, side = random.Next(2), byUs++)
            {
                using var sent = ours[side].Send(RandomSource.System);
                using var received = ours[1 - side].Receive(sent.Message);
                Assert.True(sent.Key.SequenceEqual(received.Key), "another key");
                sent.Commit();
                received.Commit();
            }

            Put(0, ours[0].Write());
            Put(1, ours[1].Write());
        }

        Assert.True(byUs > 100 && byThem > 50, $"{byUs} steps by us, {byThem} by them");
    }

    [Fact]
    public void Keys_of_skipped_messages_are_kept_and_dropped_as_in_the_official_package()
    {
        Begin();
        var sending = Enumerable.Range(0, 2_300).Select(_ => official.Send("session.encrypt", Request(0))).ToList();
        var messages = sending.ConvertAll(sent => official.Wait(sent).Bytes("bytes"));
        foreach (var arrived in new[] { 1_499, 1_200, 7, 2_299, 400, 2_000, 500 })
        {
            var ours = SpqrRatchet.Read(State(1));
            Decrypt(1, messages[arrived]);
            using var step = ours.Receive(PostQuantum(messages[arrived]));
            step.Commit();
            Assert.Equal(State(1), ours.Write());
        }
    }

    [Fact]
    public void A_session_with_oneself_begins_without_a_bound_of_jumps()
    {
        var identity = official.Call("party.create", new { party = "phone", address = Addresses[0], device = 1 }).Bytes("identity");
        official.Call("party.create", new { party = "desktop", address = Addresses[0], device = 2, identity });
        var bundle = official.Call("bundle.make", new { party = "desktop" }).GetProperty("bundle");
        official.Call("bundle.process", new { party = "phone", address = Addresses[0], device = 2, bundle });
        var record = official.CallBytes("session.export", new { party = "phone", address = Addresses[0], device = 2 });
        var state = Field(Field(record, 1), 15);
        var secret = Field(Field(state, 1), 1);
        Assert.Equal(state, SpqrRatchet.Begin(initiator: true, secret, unlimitedJumps: true).Write());
    }

    private static object Request(int side) =>
        new { party = Names[side], address = Addresses[1 - side], device = 1, text = Encoding.UTF8.GetBytes("text") };

    private static int AssertSent(byte[] before, byte[] after, byte[] message)
    {
        var ours = SpqrRatchet.Read(before);
        using var step = ours.Send(RandomSource.System);
        step.Commit();
        Assert.Equal(after, SpqrRatchet.Read(after).Write());
        var pq = PostQuantum(message);
        Assert.Equal(pq.Length, step.Message.Length);
        if (!pq.SequenceEqual(step.Message))
        {
            // A fresh key pair or ciphertext: all but the chunk is the same.
            Assert.True(pq[..4].SequenceEqual(step.Message[..4]), "version, epoch, index or type");
            return 0;
        }

        Assert.Equal(after, ours.Write());
        return 1;
    }

    private static ReadOnlySpan<byte> PostQuantum(byte[] message) =>
        (message[0] == 0x44 && TryParse(message) is { } signal ? signal : PreKeySignalMessage.Parse(message).Message).PostQuantum;

    private static SignalMessage? TryParse(byte[] message)
    {
        try
        {
            return SignalMessage.Parse(message);
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> bytes, uint field)
    {
        ReadOnlySpan<byte> found = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                found = reader.Bytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    private void Begin()
    {
        for (var side = 0; side < 2; side++)
        {
            official.Call("party.create", new { party = Names[side], address = Addresses[side], device = 1 });
        }

        var bundle = official.Call("bundle.make", new { party = "bob" }).GetProperty("bundle");
        official.Call("bundle.process", new { party = "alice", address = Addresses[1], device = 1, bundle });
        Decrypt(1, Encrypt(0));
        Decrypt(0, Encrypt(1));
    }

    private byte[] Encrypt(int side) => official.Call("session.encrypt", Request(side)).Bytes("bytes");

    private void Decrypt(int side, byte[] message)
    {
        var text = official.CallBytes(
            "session.decrypt", new { party = Names[side], address = Addresses[1 - side], device = 1, bytes = message });
        Assert.Equal("text", Encoding.UTF8.GetString(text));
    }

    private byte[] Record(int side) =>
        official.CallBytes("session.export", new { party = Names[side], address = Addresses[1 - side], device = 1 });

    private byte[] State(int side) => Field(Field(Record(side), 1), 15).ToArray();

    private ulong Epoch(int side)
    {
        using var step = SpqrRatchet.Read(State(side)).Send(RandomSource.System);
        return step.Message[1];
    }

    /// <summary>Puts a state into a session record: of a field that stands there twice, the latter counts.</summary>
    private void Put(int side, byte[] state)
    {
        using var writer = new ProtoWriter();
        writer.Raw(Record(side));
        writer.Message(1, state, static (inner, value) => inner.Bytes(15, value));
        official.Call("session.import", new { party = Names[side], address = Addresses[1 - side], device = 1, record = writer.ToArray() });
        Assert.Equal(state, State(side));
    }
}
