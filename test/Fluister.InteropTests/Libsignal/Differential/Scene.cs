using Fluister.InteropTests.Libsignal.Pairings;

namespace Fluister.InteropTests.Libsignal.Differential;

/// <summary>A moment in a conversation from which both implementations receive the same bytes.</summary>
/// <param name="Receiver">The receiver's record; null before the first message.</param>
/// <param name="Sender">The sender's record, to make further messages from.</param>
/// <param name="Messages">Messages of the sender, read before and not yet read.</param>
/// <param name="Records">The receiver's pre-keys.</param>
internal sealed record Scene(byte[]? Receiver, byte[] Sender, IReadOnlyList<WireMessage> Messages, PreKeyRecords Records)
{
    /// <summary>A talk of the official package, stopped at moments of every kind.</summary>
    /// <remarks>The first dozen turns are all taken, then every ninth, so that the post-quantum ratchet is met in all its states.</remarks>
    public static List<Scene> Make(IParty alice, IParty bob, bool oneTime, int turns, int seed)
    {
        var random = new Random(seed);
        var bundle = bob.MakeBundle(oneTime);
        alice.Begin(bob.Address, bundle);
        var scenes = new List<Scene>();
        var sent = new List<WireMessage>();
        for (var turn = 0; turn < turns; turn++)
        {
            // What is skipped here is read later, or never; three of a chain at most are out of their order.
            var burst = Enumerable.Range(0, 1 + random.Next(3)).Select(i => alice.Encrypt(bob.Address, [(byte)turn, (byte)i])).ToArray();
            sent.AddRange(burst);
            var isTaken = turn < 12 || turn % 9 == 0;
            Take(isTaken);
            foreach (var message in burst.Skip(random.Next(burst.Length)))
            {
                bob.Decrypt(alice.Address, message);
            }

            Take(isTaken);
            if (turn > 0)
            {
                alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, [(byte)turn]));
            }
        }

        return scenes;

        void Take(bool isTaken)
        {
            if (isTaken)
            {
                scenes.Add(new Scene(
                    bob.ExportSession(alice.Address), alice.ExportSession(bob.Address)!, [.. sent.TakeLast(8)], bundle.Records));
            }
        }
    }
}
