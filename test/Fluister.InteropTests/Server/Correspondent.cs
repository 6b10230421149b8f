using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Fluister.ServerTests;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>One who writes numbers to another as fast as they are taken, and notes what was answered, delivered and receipted; across as
/// many
/// ends of the server as there are.</summary>
internal sealed class Correspondent(OfficialAccount from, OfficialAccount to)
{
    private const string QueueEmpty = "/api/v1/queue/empty";

    private int _last;

    /// <summary>Numbers that were answered with 200, in order.</summary>
    public List<int> Answered { get; } = [];

    /// <summary>What was delivered to the other: in which round, which number, in order.</summary>
    public List<(int Round, int Number)> Delivered { get; } = [];

    /// <summary>The round in which the receipt for a number was first seen: then its acknowledgement was on the disk.</summary>
    public Dictionary<int, int> Receipted { get; } = [];

    /// <summary>Writes and reads until the server goes.</summary>
    public async Task LiveAsync(HttpMessageInvoker over, int port, int round, Action answered, CancellationToken cancellation)
    {
        try
        {
            await using var sender = await SocketClient.ConnectAsync(over, port, Header(from), cancellation);
            await using var receiver = await SocketClient.ConnectAsync(over, port, Header(to), cancellation);
            await Task.WhenAll(
                WriteAsync(sender, answered, cancellation),
                ReadAsync(receiver, round, () => false, cancellation),
                ReadReceiptsAsync(sender, round, () => false, cancellation));
        }
        catch (Exception gone) when (gone is WebSocketException or HttpRequestException or IOException)
        {
            // It was killed while somebody connected or wrote.
        }
    }

    /// <summary>Reads what is left, until the end of the queue is told and a receipt has come for each number that was answered.</summary>
    public async Task FinishAsync(HttpMessageInvoker over, int port, int round, CancellationToken cancellation)
    {
        await using var receiver = await SocketClient.ConnectAsync(over, port, Header(to), cancellation);
        await using var sender = await SocketClient.ConnectAsync(over, port, Header(from), cancellation);
        await ReadAsync(receiver, round, () => true, cancellation);
        await ReadReceiptsAsync(sender, round, () => Answered.TrueForAll(Receipted.ContainsKey), cancellation);
    }

    private static string Header(OfficialAccount account) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}.1:{account.Password}"));

    private async Task WriteAsync(SocketClient sender, Action answered, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var number = ++_last;
                var body = Talk.Body(to.RegistrationId, Talk.Text(number), timestamp: number);
                var answer = await sender.AskAsync("PUT", $"/v1/messages/{to.Aci}", Encoding.UTF8.GetBytes(body), cancellation);
                Assert.Equal(200u, answer.Status);
                Answered.Add(number);
                answered();
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException)
        {
            // Whether the last one was taken, nobody knows.
        }
    }

    private async Task ReadAsync(SocketClient receiver, int round, Func<bool> isEnoughWhenEmpty, CancellationToken cancellation)
    {
        await foreach (var request in receiver.Incoming.ReadAllAsync(cancellation))
        {
            if (request.Path == QueueEmpty)
            {
                if (isEnoughWhenEmpty())
                {
                    return;
                }

                continue;
            }

            var envelope = Envelope.Parser.ParseFrom(request.Body);
            Delivered.Add((round, int.Parse(envelope.Content.ToStringUtf8(), CultureInfo.InvariantCulture)));
            if (!await TryAnswerAsync(receiver, request, cancellation))
            {
                return;
            }
        }
    }

    private async Task ReadReceiptsAsync(SocketClient sender, int round, Func<bool> isEnough, CancellationToken cancellation)
    {
        await foreach (var request in sender.Incoming.ReadAllAsync(cancellation))
        {
            if (request.Path != QueueEmpty)
            {
                var envelope = Envelope.Parser.ParseFrom(request.Body);
                Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, envelope.Type);
                Receipted.TryAdd((int)envelope.ClientTimestamp, round);
                if (!await TryAnswerAsync(sender, request, cancellation))
                {
                    return;
                }
            }

            if (isEnough())
            {
                return;
            }
        }
    }

    private static async Task<bool> TryAnswerAsync(SocketClient client, SocketRequest request, CancellationToken cancellation)
    {
        try
        {
            await client.AnswerAsync(request, cancellation);
            return true;
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
