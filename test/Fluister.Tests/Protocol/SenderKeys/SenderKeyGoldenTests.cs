using System.Text.Json;
using Fluister.Protocol;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SenderKeys;

namespace Fluister.Tests.Protocol.SenderKeys;

/// <summary>A conversation of the official package, done again from the records that it kept: each step gives its bytes.</summary>
public sealed class SenderKeyGoldenTests
{
    private static readonly JsonElement File = Golden.Read("sender-keys");
    private static readonly Guid Distribution = File.GetProperty("distributionId").GetGuid();

    [Fact]
    public void Each_step_gives_the_record_of_the_official_package()
    {
        var (alice, bob) = (Array.Empty<byte>(), Array.Empty<byte>());
        var messages = new List<byte[]>();
        var counts = new Dictionary<string, int>();
        foreach (var step in File.GetProperty("steps").EnumerateArray())
        {
            var kind = step.EnumerateObject().First().Name;
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            var record = step.Bytes("record");
            switch (kind)
            {
                case "create":
                    Assert.Equal(step.Bytes(kind), SenderKeyRecord.Read(record).Distribution(Distribution).Serialized);
                    alice = record;
                    break;
                case "process":
                    bob = Step(bob, record, state => state.Process(SenderKeyDistributionMessage.Parse(step.Bytes(kind))));
                    break;
                case "send":
                    messages.Add(step.Bytes("bytes"));
                    alice = Step(alice, record, state =>
                    {
                        // All but the signature, which has random bytes in it.
                        var message = state.Encrypt(Distribution, step.Bytes("text"), new SeededRandom(1));
                        Assert.Equal(messages[^1].AsSpan()[..^64], message.Serialized[..^64]);
                        Assert.True(message.Verify(state.States[0].SigningKey));
                    });
                    break;
                default:
                    bob = Step(bob, record, state => Receive(state, step, messages[step.GetProperty(kind).GetInt32()]));
                    break;
            }
        }

        Assert.Equal((2, 2, 8, 9), (counts["create"], counts["process"], counts["receive"], counts["send"]));
    }

    private static void Receive(SenderKeyRecord state, JsonElement step, byte[] bytes)
    {
        var message = SenderKeyMessage.Parse(bytes);
        if (step.TryGetProperty("refusal", out var refusal))
        {
            Assert.Equal("DuplicatedMessage", refusal.GetString());
            Refused.With(ProtocolError.Duplicate, () => state.Decrypt(message));
            return;
        }

        Assert.Equal(step.Bytes("text"), state.Decrypt(message));
    }

    private static byte[] Step(byte[] before, byte[] after, Action<SenderKeyRecord> step)
    {
        using var record = SenderKeyRecord.Read(before);
        Assert.Equal(before, record.Write());
        step(record);
        Assert.Equal(after, record.Write());
        return after;
    }
}
