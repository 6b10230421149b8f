namespace Fluister.InteropTests.Server.Faults;

/// <summary>Judges a history by what a home server promises: what it answered for is delivered to every device, in the order of each
/// sender's connection, as it was sent, and never again once its acknowledgement has been taken.</summary>
internal static class Checker
{
    /// <summary>Judges.</summary>
    public static Verdict Judge(History history)
    {
        var sent = history.Sendings.ToDictionary(sending => sending.Id);
        var invented = history.Receptions
            .Where(came => !sent.TryGetValue(came.Id, out var sending) || sending.Hash != came.Hash
                || !sending.Devices.Contains(came.Device))
            .Select(Name).ToList();
        var received = history.Receptions.Select(came => (came.Device, came.Id)).ToHashSet();
        var taken = history.Receptions.Where(came => came.IsTaken).Select(came => (came.Device, came.Id)).ToHashSet();
        var unknown = history.Sendings.Where(sending => sending.Outcome == Outcome.Unknown).ToList();
        return new Verdict
        {
            Lost = [.. Devices(history, Outcome.Accepted).Where(pair => !taken.Contains(pair)).Select(Name)],
            RefusedAndReceived = [.. Devices(history, Outcome.Refused).Where(received.Contains).Select(Name)],
            Duplicated = Duplicated(history),
            Disordered = Disordered(history, sent),
            Invented = invented,
            Accepted = history.Sendings.Count(sending => sending.Outcome == Outcome.Accepted),
            Refused = history.Sendings.Count(sending => sending.Outcome == Outcome.Refused),
            Unknown = unknown.Count,
            UnknownAndReceived = unknown.Count(sending => sending.Devices.Any(device => received.Contains((device, sending.Id)))),
            Again = history.Receptions.Count - received.Count,
        };
    }

    private static string Name(History.Reception came) => Name((came.Device, came.Id));

    private static string Name((string Device, string Id) pair) => $"{pair.Id} to {pair.Device}";

    private static IEnumerable<(string Device, string Id)> Devices(History history, Outcome outcome) => history.Sendings
        .Where(sending => sending.Outcome == outcome)
        .SelectMany(sending => sending.Devices.Select(device => (device, sending.Id)));

    private static List<string> Duplicated(History history)
    {
        var confirmed = history.Confirmations.GroupBy(one => (one.Device, one.Id)).ToDictionary(of => of.Key, of => of.Min(one => one.At));
        var onOne = new HashSet<(int, string, string)>();
        return [.. history.Receptions
            .Where(came => !onOne.Add((came.Over.Number, came.Device, came.Id))
                || (confirmed.TryGetValue((came.Device, came.Id), out var at) && came.Over.Opened > at))
            .Select(Name)];
    }

    private static List<string> Disordered(History history, Dictionary<string, History.Sending> sent)
    {
        // The place of each message among its sender's.
        var places = history.Sendings.Select((sending, place) => (sending.Id, place)).ToDictionary(one => one.Id, one => one.place);
        var firsts = new HashSet<(string, string)>();
        var latest = new Dictionary<(string, int), int>();
        var disordered = new List<string>();
        foreach (var came in history.Receptions.Where(came => firsts.Add((came.Device, came.Id))))
        {
            if (!sent.TryGetValue(came.Id, out var sending) || sending.Outcome != Outcome.Accepted)
            {
                continue;
            }

            var key = (came.Device, sending.Over.Number);
            var place = places[came.Id];
            if (latest.TryGetValue(key, out var before) && place < before)
            {
                disordered.Add(Name(came));
            }

            latest[key] = Math.Max(place, before);
        }

        return disordered;
    }
}
