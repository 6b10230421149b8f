using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>What tests of delivery between servers do again and again.</summary>
internal static class Crossing
{
    /// <summary>Puts numbered messages from an account here to one there into the outbox.</summary>
    public static Task SendAsync(this ServerPair pair, TestAccount from, TestAccount to, int first, int count, int bytes = 4) =>
        Task.WhenAll(Enumerable.Range(first, count).Select(number =>
            pair.Here.Home.Relay.Outbox.AppendAsync([Parcel.Of(to, Parcel.Message(from, to, number, bytes))])));

    /// <summary>The numbers of the messages in a mailbox, in its order.</summary>
    public static IReadOnlyList<int> Numbers(this TestServer server, TestAccount account, int device = 1)
    {
        var numbers = new List<int>();
        for (var after = 0L; ;)
        {
            var letters = server.Home.Mailboxes.Read(new MailboxKey(account.Account.Aci, device), after);
            if (letters.Count == 0)
            {
                return numbers;
            }

            numbers.AddRange(letters.Select(letter => Parcel.Number(Envelope.Parser.ParseFrom(letter.Whole))));
            after = letters[^1].Sequence;
        }
    }

    /// <summary>The rows of a table.</summary>
    public static int Count(this TestServer server, string table) =>
        server.Database.Read(session => session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt32(0)));

    /// <summary>A number of the only peer.</summary>
    public static long Peer(this TestServer server, string column) =>
        server.Database.Read(session => session.First($"SELECT {column} FROM peer", row => row.GetInt64(0)));

    /// <summary>Waits, without the clock, until something is so.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The transaction that would be sent now.</summary>
    public static Transaction Waiting(this ServerPair pair, long after = 0) =>
        pair.Here.Home.Relay.Outbox.Read(pair.There.Identity.Tag, after, _ => false).Transaction;

    /// <summary>Gives a transaction to the other server.</summary>
    public static Task<TransactionResponse> TakeAsync(this ServerPair pair, Transaction transaction) =>
        pair.There.Home.Relay.Inbox.TakeAsync(pair.There.Home.Relay.Peers.Find(pair.Here.Identity.Tag)!, transaction);
}
