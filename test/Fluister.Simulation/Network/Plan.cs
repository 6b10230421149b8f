namespace Fluister.Simulation.Network;

/// <summary>Who writes what to whom and when, by the run's seed alone.</summary>
internal sealed class Plan
{
    private readonly int _seed;
    private readonly IReadOnlyList<Person> _people;
    private readonly int _correspondents;
    private readonly double _perMinute;

    /// <summary>A plan.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="people">Everybody.</param>
    /// <param name="correspondents">With how many others each writes.</param>
    /// <param name="perMinute">Messages of a device in a minute, on average.</param>
    public Plan(int seed, IReadOnlyList<Person> people, int correspondents, double perMinute) =>
        (_seed, _people, _correspondents, _perMinute) = (seed, people, correspondents, perMinute);

    /// <summary>Those whom an account writes to: half of them at its own home, half at others, where there are such; light
    /// ones to light ones.</summary>
    public IReadOnlyList<Person> CorrespondentsOf(int account)
    {
        var random = Draw(account, 0, 0);
        var self = _people[account];
        var shuffled = _people.Where(other => other.Account != account && other.IsLight == self.IsLight).ToArray();
        random.Shuffle(shuffled);
        var near = shuffled.Where(other => other.Server == self.Server).Take((_correspondents + 1) / 2).ToList();
        return [.. near, .. shuffled.Where(other => other.Server != self.Server).Take(Math.Max(1, _correspondents - near.Count))];
    }

    /// <summary>What a device writes as its n-th message.</summary>
    /// <param name="name">The message.</param>
    /// <param name="correspondents">Those of the account.</param>
    public PlannedMessage Message(MessageName name, IReadOnlyList<Person> correspondents)
    {
        var random = Draw(name.From.Account, name.From.Device, name.Number);
        var pause = TimeSpan.FromMinutes(-Math.Log(1 - random.NextDouble()) / _perMinute);
        var to = correspondents[random.Next(correspondents.Count)];
        return new PlannedMessage(to, Text.Of(name, random), pause);
    }

    private Random Draw(int account, int device, int number)
    {
        unchecked
        {
            var mixed = (uint)_seed;
            foreach (var part in (ReadOnlySpan<int>)[account, device, number])
            {
                mixed = (mixed ^ (uint)part) * 0x9E3779B1u;
                mixed ^= mixed >> 15;
            }

            return new Random((int)mixed);
        }
    }
}

/// <summary>A message of the plan.</summary>
/// <param name="To">For whom.</param>
/// <param name="Text">What.</param>
/// <param name="Pause">How long after the one before.</param>
internal sealed record PlannedMessage(Person To, string Text, TimeSpan Pause);
