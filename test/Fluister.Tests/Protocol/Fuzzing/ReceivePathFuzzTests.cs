using System.Text.Json;
using Fluister.Protocol;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Hostile messages to sessions in every state: refused with nothing changed, or read; and nothing else.</summary>
public sealed class ReceivePathFuzzTests
{
    private const int Rounds = 300;

    /// <summary>Most bytes that one message may allocate for keys that it skips: as many as are kept, of both ratchets.</summary>
    private const long SkippedKeys = Limits.MessageKeys * 2 * 160;

    private static readonly JsonElement Sessions = Golden.Read("sessions").GetProperty("conversations");
    private static readonly JsonElement Spqr = Golden.Read("spqr");

    [Fact]
    public void Changed_messages_are_refused_and_change_nothing() => Receive((seed, mutation, scene) =>
        (scene.Record, mutation.Mutate(scene.Message, 1, scene.Type == 2 ? 8 : 0)));

    [Fact]
    public void Changed_fields_under_a_MAC_that_fits_are_refused_or_read() => Receive((seed, mutation, scene) =>
    {
        // The receiver's own session seen from the other side: its newest receiving chain is the sender's chain.
        var forged = scene.Sender is { } sender
            ? new Forge(sender, new SeededRandom(seed)).Message(
                new byte[seed % 50],
                (uint)(seed % 5),
                fields => ProtoField.Parse(mutation.MutateFields(ProtoField.Write(fields))) ?? fields)
            : mutation.Mutate(scene.Message, 1);
        return (scene.Record, forged);
    });

    [Fact]
    public void Changed_records_are_refused_or_refuse_or_read() => Receive((seed, mutation, scene) =>
        (scene.Record is { } record ? mutation.Mutate(record) : null, scene.Message));

    [Theory]
    [InlineData(Limits.ForwardJumps, true)]
    [InlineData(Limits.ForwardJumps + 1, false)]
    public void The_farthest_jump_stays_within_the_bound_of_allocation(uint ahead, bool isRead)
    {
        var scene = Scenes().First(s => s.Sender is not null && s.Record is not null);
        var counter = SignalMessage.Parse(scene.Message).Counter;
        var forge = new Forge(scene.Sender!, new SeededRandom(3));
        using var record = SessionRecord.Read(scene.Record);
        var message = forge.Message([1, 2, 3], ahead - (forge.Counter - counter));
        Assert.Equal(isRead, Hostile.Read(message, b => scene.Party.Decrypt(record, 2, b), $"{ahead} ahead", SkippedKeys));
    }

    // Every scene in turn; what comes of it is judged here.
    private static void Receive(Func<int, ProtoMutation, Scene, (byte[]? Record, byte[] Message)> change)
    {
        var scenes = Scenes().ToList();
        var (first, rounds) = (FuzzRounds.FirstSeed, FuzzRounds.Of(Rounds));
        var refused = 0;
        for (var seed = first; seed < first + rounds; seed++)
        {
            var scene = scenes[seed % scenes.Count];
            var (before, message) = change(seed, new ProtoMutation(seed), scene);
            var what = $"seed {seed}, scene {seed % scenes.Count}";
            SessionRecord? record = null;
            byte[] written = [];
            if (!Hostile.Read(before ?? [], bytes => record = before is null ? new SessionRecord() : SessionRecord.Read(bytes), what))
            {
                refused++;
                continue;
            }

            Hostile.Read([], _ => written = record!.Write(), what, allowance: 8 * (before?.Length ?? 0));
            byte[] both = [.. before ?? [], .. message];
            if (!Hostile.Read(both, _ => scene.Party.Decrypt(record!, scene.Type, message, seed), what, SkippedKeys))
            {
                refused++;
                Assert.True(written.AsSpan().SequenceEqual(record!.Write()), $"{what}: a refused message changed the record.");
            }

            record!.Dispose();
        }

        Assert.True(refused > rounds / 4, $"only {refused} of {rounds} refused");
    }

    private static IEnumerable<Scene> Scenes()
    {
        foreach (var sample in Spqr.GetProperty("samples").EnumerateArray())
        {
            yield return new Scene(
                new GoldenParty(Spqr, sample.GetProperty("to").GetString()!), sample.Bytes("before"), null, 2, sample.Bytes("bytes"));
        }

        foreach (var conversation in Sessions.EnumerateArray())
        {
            var records = new Dictionary<string, byte[]?> { ["alice"] = null, ["bob"] = null };
            var messages = new List<(int Type, byte[] Bytes, byte[] Sender)>();
            foreach (var step in conversation.GetProperty("steps").EnumerateArray())
            {
                var after = step.Bytes("record");
                if (step.TryGetProperty("send", out var sender))
                {
                    messages.Add((step.GetProperty("type").GetInt32(), step.Bytes("bytes"), after));
                    records[sender.GetString()!] = after;
                }
                else if (step.TryGetProperty("receive", out var receiver))
                {
                    var name = receiver.GetString()!;
                    var (type, bytes, record) = messages[step.GetProperty("number").GetInt32()];
                    yield return new Scene(new GoldenParty(conversation, name), records[name], type == 2 ? record : null, type, bytes);
                    records[name] = after;
                }
                else
                {
                    records[step.GetProperty("process").GetString()!] = after;
                }
            }
        }
    }

    private sealed record Scene(GoldenParty Party, byte[]? Record, byte[]? Sender, int Type, byte[] Message);
}
