using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>What the official package sent, sent again from its own records (golden/sessions.json).</summary>
public sealed class GoldenSendingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_the_official_package_sent_is_sent_alike(int conversation)
    {
        var golden = Golden.Read("sessions").GetProperty("conversations")[conversation];
        Dictionary<string, byte[]> records = [];
        var (sent, equal) = (0, 0);
        foreach (var step in golden.GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("send", out var name))
            {
                var party = new GoldenParty(golden, name.GetString()!);
                using var record = SessionRecord.Read(records[name.GetString()!]);
                var message = SessionCipher.Encrypt(
                    record, party.Local, party.Remote, step.Bytes("text"), Party.Now, new SeededRandom(1));
                var official = step.Bytes("bytes");
                Assert.Equal(step.GetProperty("type").GetInt32(), (int)message.Type);
                var (ours, theirs) = (Inner(message.Type, message.Serialized), Inner(message.Type, official));

                // Where the post-quantum ratchet makes a key or encapsulates a secret, its chunk is of fresh random bytes.
                Assert.Equal(theirs.RatchetKey, ours.RatchetKey);
                Assert.Equal(theirs.Counter, ours.Counter);
                Assert.Equal(theirs.Body, ours.Body);
                if (theirs.PostQuantum.SequenceEqual(ours.PostQuantum))
                {
                    Assert.Equal(official, message.Serialized);
                    Assert.Equal(step.Bytes("record"), record.Write());
                    equal++;
                }

                sent++;
            }

            var actor = new[] { "process", "send", "receive" }.First(kind => step.TryGetProperty(kind, out _));
            records[step.GetProperty(actor).GetString()!] = step.Bytes("record");
        }

        Assert.InRange(sent, 3, 50);
        Assert.InRange(equal, 1, sent);
    }

    private static SignalMessage Inner(CiphertextMessageType type, ReadOnlySpan<byte> bytes) =>
        type == CiphertextMessageType.PreKey ? PreKeySignalMessage.Parse(bytes).Message : SignalMessage.Parse(bytes);
}
