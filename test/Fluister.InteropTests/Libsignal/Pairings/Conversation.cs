using System.Globalization;
using System.Text;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>Two parties on a bad network: messages are lost, late, doubled and out of order; all that arrive must be read.</summary>
/// <remarks>
/// Every choice comes from the seed. A message is late by at most <see cref="LatestRounds"/> turns of its sender, fewer than
/// the receiver chains and epochs that both sides keep, so that what arrives can be decrypted, always.
/// </remarks>
internal sealed class Conversation(IParty alice, IParty bob, int seed)
{
    private const int LatestRounds = 3;

    private readonly Random _random = new(seed);
    private readonly List<Pending> _underWay = [];
    private int _round;

    /// <summary>Of a hundred messages so many are lost.</summary>
    public int LostPercent { get; init; } = 4;

    /// <summary>Of a hundred messages so many come twice.</summary>
    public int DoubledPercent { get; init; } = 4;

    /// <summary>Of a hundred messages so many come later than those after them.</summary>
    public int LatePercent { get; init; } = 12;

    /// <summary>Called before every turn; for what a test does in between.</summary>
    public Action<int>? BeforeTurn { get; init; }

    /// <summary>Messages sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>Messages that arrived and were read.</summary>
    public int Received { get; private set; }

    /// <summary>Messages that came again and were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>The highest epoch of the post-quantum ratchet that any message showed.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Talks until so many messages were sent.</summary>
    public void Run(int messages)
    {
        while (Sent < messages)
        {
            foreach (var (from, to) in new[] { (alice, bob), (bob, alice) })
            {
                BeforeTurn?.Invoke(_round);
                for (var burst = _random.Next(12) == 0 ? 2 + _random.Next(4) : 1; burst > 0; burst--)
                {
                    Send(from, to);
                }

                Deliver(to);
            }

            _round++;
        }
    }

    /// <summary>Delivers all that is still under way.</summary>
    public void Finish()
    {
        _round += LatestRounds;
        Deliver(alice);
        Deliver(bob);
        Assert.Empty(_underWay);
    }

    private void Send(IParty from, IParty to)
    {
        var text = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Sent}{new string('x', _random.Next(20) == 0 ? 1024 : _random.Next(40))}"));
        var message = from.Encrypt(to.Address, text);
        Sent++;
        Epoch = Math.Max(Epoch, PostQuantumField.Read(message).Epoch);
        if (_random.Next(100) < LostPercent && Sent > 1)
        {
            return;
        }

        // The first message comes at once: without it the other side has no session to send in.
        var late = _random.Next(100) < LatePercent && Sent > 1 ? _random.Next(1, LatestRounds + 1) : 0;
        _underWay.Add(new Pending(from, to, message, text, _round + late, false));
        if (_random.Next(100) < DoubledPercent)
        {
            _underWay.Add(new Pending(from, to, message, text, _round + late + _random.Next(LatestRounds), true));
        }
    }

    private void Deliver(IParty to)
    {
        var due = _underWay.Where(p => p.To == to && p.Round <= _round).ToArray();
        _underWay.RemoveAll(due.Contains);
        if (_random.Next(4) == 0)
        {
            _random.Shuffle(due);
        }

        foreach (var pending in due.Where(p => !p.IsAgain).Concat(due.Where(p => p.IsAgain)))
        {
            var verdict = Verdict.Of(() => to.Decrypt(pending.From.Address, pending.Message));
            if (pending.IsAgain)
            {
                // Again after its chain is gone it is like any message of an unknown chain; what matters is that it is refused.
                Assert.False(verdict.IsAccepted, $"Seed {seed}, message {Encoding.UTF8.GetString(pending.Text)}: a replay was accepted.");
                Refused++;
            }
            else
            {
                Assert.True(
                    verdict.Text == Convert.ToHexString(pending.Text),
                    $"Seed {seed}, message {Encoding.UTF8.GetString(pending.Text)} of {Sent}, epoch {Epoch}: {verdict}");
                Received++;
            }
        }
    }

    private sealed record Pending(IParty From, IParty To, WireMessage Message, byte[] Text, int Round, bool IsAgain);
}
