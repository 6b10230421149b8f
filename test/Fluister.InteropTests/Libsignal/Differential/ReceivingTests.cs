using System.Text.Json;
using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol.Keys;
using Fluister.Tests.Protocol;
using Fluister.Tests.Protocol.Fuzzing;

namespace Fluister.InteropTests.Libsignal.Differential;

/// <summary>The same changed messages to both implementations in the same state: the same verdict, text and state after.</summary>
public sealed class ReceivingTests(ReceivingTests.Scenes stage) : IClassFixture<ReceivingTests.Scenes>
{
    private readonly LibsignalClient _official = stage.Official;

    private const int Rounds = 400;
    private const int BatchSize = 100;

    /// <summary>How a message is changed.</summary>
    public enum Change
    {
        /// <summary>Anything, without regard to the MAC.</summary>
        Whole,

        /// <summary>The fields of the message of a session, under a MAC that fits.</summary>
        UnderTheMac,

        /// <summary>Only what the post-quantum ratchet sends along, under a MAC that fits.</summary>
        PostQuantum,

        /// <summary>What stands around that message, in a pre-key message: no MAC covers it.</summary>
        Handshake,
    }

    public static TheoryData<Change, bool> Changes => new()
    {
        { Change.Whole, true },
        { Change.UnderTheMac, true },
        { Change.UnderTheMac, false },
        { Change.PostQuantum, true },
        { Change.Handshake, true },
        { Change.Handshake, false },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Both_judge_the_same_message_alike(Change change, bool isPinned)
    {
        var (alice, bob, scenes) = isPinned ? stage.WithOneTimeKey : stage.WithoutOneTimeKey;
        var theirs = (OfficialParty)bob;
        var ours = new OurParty(bob.Address, bob.Identity, bob.RegistrationId);
        var identity = IdentityKeyPair.Read(alice.Identity).Public.Serialized.ToArray();
        var (first, rounds) = (FuzzRounds.FirstSeed, FuzzRounds.Of(Rounds));
        var (taken, refused) = (0, 0);
        var differences = new List<string>();
        for (var batch = first; batch < first + rounds; batch += BatchSize)
        {
            var seeds = Enumerable.Range(batch, Math.Min(BatchSize, first + rounds - batch));
            var cases = seeds.Select(seed => Make(seed, change, scenes)).ToList();
            var answers = cases.Select(c => Send(theirs, alice, c, isPinned ? identity : null)).ToList();
            foreach (var (one, answer) in cases.Zip(answers))
            {
                ours.ImportSession(alice.Address, one.Scene.Receiver);
                ours.AddPreKeys(one.Scene.Records);
                ours.Pin(alice.Address, isPinned ? identity : null);
                var before = ours.ExportSession(alice.Address);
                var own = Verdict.Of(() => ours.Decrypt(alice.Address, one.Message));
                var official = Verdict.Of(() => _official.Wait(answer.Text).Bytes());
                var after = _official.Wait(answer.Record).BytesOrNull();
                var where = $"seed {one.Seed}, {change}, pinned {isPinned}, scene {scenes.IndexOf(one.Scene)}";
                if (!own.Agrees(official))
                {
                    var bytes = Convert.ToHexString(one.Message.Bytes);
                    differences.Add($"{where}: official {official}; ours {own}\n{one.Message.Type} {bytes}");
                    continue;
                }

                _ = own.IsAccepted ? taken++ : refused++;
                if (own.IsAccepted)
                {
                    RecordComparison.AssertSame(after!, ours.ExportSession(alice.Address)!, where);
                }
                else if (before is not null)
                {
                    var kept = ours.ExportSession(alice.Address);
                    Assert.True(before.AsSpan().SequenceEqual(kept), $"{where}: a refused message changed the record.");
                }
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {rounds} differ\n{string.Join('\n', differences.Take(15))}");
        Assert.True(taken > rounds / 100 && refused > rounds / 10, $"{change}: {taken} taken, {refused} refused");
    }

    private static Case Make(int seed, Change change, List<Scene> scenes)
    {
        var (random, mutation) = (new Random(seed), new ProtoMutation(seed));
        if (change == Change.Handshake)
        {
            // The first scenes, until the answer came, are the ones with pre-key messages.
            var early = scenes.Where(s => s.Messages[^1].Type == 3).ToList();
            var scene = early[random.Next(early.Count)];
            var real = scene.Messages[random.Next(scene.Messages.Count)].Bytes;
            return new Case(seed, scene, new WireMessage(3, mutation.Mutate(real, header: 1)));
        }

        var any = scenes[random.Next(scenes.Count)];
        if (change == Change.Whole)
        {
            var message = any.Messages[random.Next(any.Messages.Count)];
            var bytes = random.Next(8) == 0 ? message.Bytes : mutation.Mutate(message.Bytes, 1, message.Type == 2 ? 8 : 0);
            return new Case(seed, any, new WireMessage(random.Next(20) == 0 ? 5 - message.Type : message.Type, bytes));
        }

        var forged = new Forge(any.Sender, new SeededRandom(seed)).Message(
            new byte[random.Next(40)],
            ahead: (uint)(random.Next(3) == 0 ? random.Next(60) : 0),
            fault: random.Next(6) == 0 ? null : fields => Fault(fields, change, mutation),
            version: change == Change.UnderTheMac && random.Next(12) == 0 ? (byte)random.Next(256) : (byte)0x44);
        if (any.Messages[^1].Type == 2)
        {
            return new Case(seed, any, new WireMessage(2, forged));
        }

        // The handshake as it was, with the forged message inside.
        var outer = ProtoField.Parse(any.Messages[^1].Bytes.AsSpan(1))!;
        var inside = outer.FindIndex(f => f.Number == 4);
        outer[inside] = outer[inside] with { Content = forged };
        return new Case(seed, any, new WireMessage(3, [0x44, .. ProtoField.Write(outer)]));
    }

    private static List<ProtoField> Fault(List<ProtoField> fields, Change change, ProtoMutation mutation) => change == Change.PostQuantum
        ? [.. fields.Select(f => f.Number == 5 ? f with { Content = mutation.Raw(f.Content) } : f)]
        : ProtoField.Parse(mutation.MutateFields(ProtoField.Write(fields))) ?? fields;

    private (Task<JsonElement> Text, Task<JsonElement> Record) Send(OfficialParty party, IParty sender, Case one, byte[]? pinned)
    {
        var (name, address, device) = (party.Name, sender.Address.Account.ToString(), sender.Address.Device);
        var records = one.Scene.Records;
        _official.Post("preKeys.add", new { party = name, records.SignedPreKey, records.KyberPreKey, records.PreKey });
        _official.Post(pinned is null ? "party.unpin" : "party.pin", new { party = name, address, device, identityKey = pinned });
        _official.Post(
            one.Scene.Receiver is null ? "session.drop" : "session.import",
            new { party = name, address, device, record = one.Scene.Receiver });
        return (
            _official.Send("session.decrypt", new { party = name, address, device, bytes = one.Message.Bytes, type = one.Message.Type }),
            _official.Send("session.export", new { party = name, address, device }));
    }

    /// <summary>Two conversations of the official package, and the moments in them from which messages are received.</summary>
    public sealed class Scenes : IDisposable
    {
        /// <summary>Lets both talk.</summary>
        public Scenes() => (WithOneTimeKey, WithoutOneTimeKey) = (Make(true), Make(false));

        /// <summary>The official package.</summary>
        public LibsignalClient Official { get; } = new();

        internal (IParty Alice, IParty Bob, List<Scene> Scenes) WithOneTimeKey { get; }

        internal (IParty Alice, IParty Bob, List<Scene> Scenes) WithoutOneTimeKey { get; }

        /// <summary>Ends the process.</summary>
        public void Dispose() => Official.Dispose();

        private (IParty Alice, IParty Bob, List<Scene> Scenes) Make(bool oneTime)
        {
            var (alice, bob) = Pairing.OfficialOfficial.Make(Official);
            return (alice, bob, Scene.Make(alice, bob, oneTime, turns: 130, seed: 17));
        }
    }

    private sealed record Case(int Seed, Scene Scene, WireMessage Message);
}
