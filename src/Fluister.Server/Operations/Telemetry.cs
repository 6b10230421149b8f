using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Operations;

/// <summary>What is measured: counts, sizes and times by names that the program has, such as a route's template. No id, number, address or
/// anything else that a client sent. Nobody listens unless the settings say where it goes.</summary>
internal static class Telemetry
{
    /// <summary>The name of the meter, and of the source of traces.</summary>
    public const string Name = "Fluister.Server";

    /// <summary>Requests of a sample, each with its route and status.</summary>
    private static readonly ActivitySource Traces = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Requests =
        Meter.CreateHistogram<double>("fluister.requests", "s", "Requests, by verb, route and status");

    /// <summary>Messages put into mailboxes, one for each device that gets it.</summary>
    public static readonly Counter<long> Accepted =
        Meter.CreateCounter<long>("fluister.messages.accepted", "{message}", "Messages that were put into mailboxes");

    /// <summary>Messages taken out of mailboxes because their device has them.</summary>
    public static readonly Counter<long> Delivered =
        Meter.CreateCounter<long>("fluister.messages.delivered", "{message}", "Messages that their devices have acknowledged");

    /// <summary>Transactions with other home servers, by the peer's tag, and whether they were answered.</summary>
    public static readonly Counter<long> PeerTransactions =
        Meter.CreateCounter<long>("fluister.peers.transactions", "{transaction}", "Transactions that were sent to peers");

    /// <summary>Items of transactions, by the peer's tag, the direction and what became of them.</summary>
    public static readonly Counter<long> PeerItems =
        Meter.CreateCounter<long>("fluister.peers.items", "{item}", "Items that peers answered for, or were answered");

    /// <summary>Refusals, by the limit's name.</summary>
    public static readonly Counter<long> Refused =
        Meter.CreateCounter<long>("fluister.limits.refused", "{request}", "Requests that a limit refused, by its name");

    /// <summary>How many pieces of work one commit had.</summary>
    public static readonly Histogram<int> CommitSize =
        Meter.CreateHistogram<int>("fluister.database.commit.size", "{write}", "Writes that one commit took together");

    /// <summary>How long a commit took, until it was on the disk.</summary>
    public static readonly Histogram<double> CommitTime =
        Meter.CreateHistogram<double>("fluister.database.commit.time", "s", "From the first write to the disk's word");

    /// <summary>Counts items of a transaction.</summary>
    public static void Count(string direction, ServerTag peer, int items, IEnumerable<Outcome> outcomes)
    {
        if (!PeerItems.Enabled)
        {
            return;
        }

        foreach (var (kind, count) in outcomes.CountBy(outcome => outcome.Kind))
        {
            Count(kind, count);
            items -= count;
        }

        Count(Outcome.Types.Kind.Done, items);

        void Count(Outcome.Types.Kind kind, int count) => PeerItems.Add(
            count, new("peer", peer.ToString()), new("direction", direction), new("outcome", kind.ToString()));
    }

    /// <summary>Whether anybody wants to know of requests.</summary>
    public static bool WatchesRequests => Requests.Enabled || Traces.HasListeners();

    /// <summary>Measures a request, and may trace it.</summary>
    /// <param name="verb">GET and so on, or gRPC.</param>
    /// <param name="route">The route's template, or the method's name: never what a client sent.</param>
    /// <param name="answer">Answers it.</param>
    /// <param name="status">Its status.</param>
    public static async ValueTask<T> WatchAsync<T>(string verb, string route, Func<ValueTask<T>> answer, Func<T, int> status)
    {
        var began = Stopwatch.GetTimestamp();

        // A root of its own: what a client says of its traces is not heard.
        using var trace = Traces.StartActivity($"{verb} {route}", ActivityKind.Server, default(ActivityContext));
        var given = await answer().ConfigureAwait(false);
        trace?.SetTag("status", status(given));
        Requests.Record(
            Stopwatch.GetElapsedTime(began).TotalSeconds, new("verb", verb), new("route", route), new("status", status(given)));
        return given;
    }
}
