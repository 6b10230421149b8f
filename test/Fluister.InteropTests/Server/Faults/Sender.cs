using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.ServerTests;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server.Faults;

/// <summary>One who writes to receivers as fast as it is answered, and connects anew when it was cut off.</summary>
/// <param name="name">A short name of its own.</param>
/// <param name="account">Who says that they write; none for one who writes sealed messages.</param>
/// <param name="receivers">To whom.</param>
/// <param name="history">What is noted.</param>
/// <param name="seed">Decides to whom it writes, and how much.</param>
internal sealed class Sender(string name, OfficialAccount? account, IReadOnlyList<Receiver> receivers, History history, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<long, string> _byTime = [];
    private int _last;

    /// <summary>Writes until it is told to stop.</summary>
    public async Task RunAsync(Func<string?, CancellationToken, Task<SocketClient>> connect, Action accepted, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var client = await connect(account is null ? null : Receiver.Header(account), stop);
                var receipts = ReadReceiptsAsync(client, () => false, stop);
                await WriteAsync(client, accepted, stop);
                await receipts;
            }
            catch (Exception gone) when (Receiver.IsGone(gone))
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    /// <summary>Reads the receipts that are left, until the end of the queue.</summary>
    public async Task FinishAsync(Func<string?, CancellationToken, Task<SocketClient>> connect, CancellationToken cancellation)
    {
        if (account is not null)
        {
            await using var client = await connect(Receiver.Header(account), cancellation);
            await ReadReceiptsAsync(client, () => true, cancellation);
        }
    }

    /// <summary>What stands for a text in a history.</summary>
    public static string Hash(ReadOnlySpan<byte> text) => Convert.ToHexString(SHA256.HashData(text).AsSpan(0, 8));

    private async Task WriteAsync(SocketClient client, Action accepted, CancellationToken stop)
    {
        var connection = history.Open();
        while (!stop.IsCancellationRequested)
        {
            var to = receivers[_random.Next(receivers.Count)];
            var id = string.Create(CultureInfo.InvariantCulture, $"{name}{++_last}");
            var text = Encoding.UTF8.GetBytes($"{id} {Convert.ToHexString(RandomNumberGenerator.GetBytes(_random.Next(1, 700)))}");
            var time = 1_700_000_000_000 + _last;
            lock (_byTime)
            {
                _byTime[time] = id;
            }

            var sending = history.Send(id, connection, Hash(text), to.Name);
            var body = Talk.Body(to.Account.RegistrationId, text, type: account is null ? 6 : 1, timestamp: time);
            string[] headers = account is null ? [$"unidentified-access-key: {Convert.ToBase64String(to.Account.AccessKey)}"] : [];
            var answer = await client.AskAsync(
                "PUT", $"/v1/messages/{to.Account.Aci}", Encoding.UTF8.GetBytes(body), CancellationToken.None, headers);
            sending.Outcome = answer.Status == 200 ? Outcome.Accepted : Outcome.Refused;
            if (answer.Status == 200)
            {
                accepted();
            }
            else if (answer.Status != 429)
            {
                Assert.Equal(503u, answer.Status);
            }
        }
    }

    private async Task ReadReceiptsAsync(SocketClient client, Func<bool> isEnoughWhenEmpty, CancellationToken stop)
    {
        try
        {
            await foreach (var request in client.Incoming.ReadAllAsync(stop))
            {
                if (request.Path != Receiver.QueueEmpty)
                {
                    var receipt = Envelope.Parser.ParseFrom(request.Body);
                    Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
                    Confirm(receipt);
                    await client.AnswerAsync(request, CancellationToken.None);
                }
                else if (isEnoughWhenEmpty())
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (Receiver.IsGone(gone))
        {
            // Receipts that were not answered come again.
        }
    }

    private void Confirm(Envelope receipt)
    {
        var from = receivers.Single(receiver => receiver.IsCalled(receipt.SourceServiceId.Span));
        lock (_byTime)
        {
            history.Confirm(from.Name, _byTime[(long)receipt.ClientTimestamp]);
        }
    }
}
