using Fluister.Cryptography;
using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos.Federation;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Operations;

/// <summary>What the doctor finds of other servers: whether each answers this one, and whether the clocks go alike.</summary>
internal static class PeerFindings
{
    private static readonly TimeSpan ClockSoon = ServerLimits.PeerClock / 5;

    /// <summary>Asks all of them.</summary>
    public static async Task<List<Finding>> ExamineAsync(
        DataFolder folder, ServerOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!File.Exists(folder.Database))
        {
            return [];
        }

        try
        {
            await using var database = new SqliteDatabase(folder.Database);
            var book = new PeerBook(database, options.PeerCountries, Rebuilders.Of(options));
            using var client = new PeerClient(
                folder.ReadIdentity(), TimeProvider.System, RandomSource.System, peer => PeerTransport.To(peer, onlyPublic: false));
            var findings = new List<Finding>();
            foreach (var some in ListedPeer.All(database).Chunk(ServerLimits.PeerPings))
            {
                findings.AddRange(await Task.WhenAll(some.Select(listed => ExamineAsync(book, client, listed, now, cancellation)))
                    .ConfigureAwait(false));
            }

            return findings;
        }
        catch (SqliteException)
        {
            // What is wrong with the database was told.
            return [];
        }
    }

    private static async Task<Finding> ExamineAsync(
        PeerBook book, PeerClient client, ListedPeer listed, DateTimeOffset now, CancellationToken cancellation)
    {
        var subject = $"peer {listed.Domain}";
        if (book.Find(listed.Tag) is not { } peer)
        {
            return new Finding(
                subject, "has a descriptor that this version cannot use", $"Fetch a later one: fluister-server peer add {listed.Domain}");
        }

        if (peer.IsUnattested)
        {
            return new Finding(
                subject,
                $"is held back for its build. {book.Explain(peer)}",
                "Its operator asks rebuilders for their word, and publishes it with `fluister-server attest add`.");
        }

        if (!peer.IsOpen)
        {
            return new Finding(
                subject, peer.IsForeign ? "is kept out by \"peerCountries\"" : $"is in the state {listed.State}".ToLowerInvariant());
        }

        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var answer = await client.AskAsync<PingResponse>(peer, "ping", new PingRequest(), ServerLimits.PeerPatience, cancellation)
                .ConfigureAwait(false);
            var took = TimeProvider.System.GetElapsedTime(began);
            var off = Math.Abs((decimal)answer.Time - (now + took).ToUnixTimeMilliseconds()) / 1000;
            return off > (decimal)ClockSoon.TotalSeconds
                ? new Finding(
                    subject,
                    $"has a clock that differs by {off:0} seconds",
                    "Set the clock that is wrong; from 300 seconds on, each refuses the other.")
                : new Finding(subject, "answers");
        }
        catch (PeerException failed)
        {
            return new Finding(subject, "does not answer as it should", failed.Message);
        }
    }
}
