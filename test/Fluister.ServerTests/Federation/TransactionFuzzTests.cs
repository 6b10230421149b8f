using Fluister.Server.Requests;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Transactions that nobody would send: whatever they hold, they are answered or refused, and what is refused changes
/// nothing.</summary>
public sealed class TransactionFuzzTests
{
    private const int Seed = 7;

    [Fact(Timeout = 120_000)]
    public async Task Mutated_transactions_are_answered_or_refused_and_what_is_refused_changes_nothing()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        await pair.SendAsync(from, to, 0, 3);
        await pair.Here.Home.Relay.Outbox.AppendAsync(
            [Parcel.Of(to, Parcel.Message(from, to, 3, bytes: 48, isSealed: true))], new byte[60]);
        var transaction = pair.Waiting();
        transaction.Items.Add(new Item
        {
            Number = transaction.Items[^1].Number + 1,
            Account = Parcel.Bytes(to.Account.Aci),
            Receipt = new DeliveryReceipt { Recipient = Parcel.Bytes(from.Account.Aci), Device = 1, Timestamp = 1 },
        });
        var valid = transaction.ToByteArray();
        var random = new Random(Seed);
        var (answered, refused) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            var bytes = Mutate(valid, random);
            if (Parse(bytes) is not { } mutated)
            {
                continue;
            }

            var before = State(pair);
            try
            {
                var answer = await pair.TakeAsync(mutated);
                answered++;
                Assert.True(answer.Outcomes.Count <= mutated.Items.Count);
                if (answer.Outcomes.Count(outcome => outcome.Kind == Outcome.Types.Kind.Refused) == mutated.Items.Count)
                {
                    Assert.Equal(before.Letters, State(pair).Letters);
                }
            }
            catch (RefusedException)
            {
                refused++;
                Assert.Equal(before, State(pair));
            }
        }

        Assert.True(answered > 100 && refused > 10, $"{answered} {refused}");

        // It goes on: a right one is taken, whatever was before, and once.
        await pair.There.Database.WriteAsync(session => session.Run("DELETE FROM inbox_mark") + session.Run("DELETE FROM letter"));
        Assert.Empty((await pair.TakeAsync(transaction)).Outcomes);
        Assert.Equal([0, 1, 2], pair.There.Numbers(to).Take(3));
    }

    private static (int Letters, int Payloads, int Marks, long Highest) State(ServerPair pair) => (
        pair.There.Count("letter"), pair.There.Count("payload"), pair.There.Count("inbox_mark"), pair.There.Peer("highest"));

    private static Transaction? Parse(byte[] bytes)
    {
        try
        {
            return Transaction.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // Bytes changed, cut out, doubled, or all of them random.
    private static byte[] Mutate(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var (at, length) = (random.Next(bytes.Count), random.Next(1, 40));
            length = Math.Min(length, bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes = [.. Enumerable.Range(0, random.Next(200)).Select(_ => (byte)random.Next(256))];
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
