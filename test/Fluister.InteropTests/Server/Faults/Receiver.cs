using System.Net.WebSockets;
using System.Text;
using Fluister.Protocol.Addresses;
using Fluister.ServerTests;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server.Faults;

/// <summary>A device that reads, and often does what it should not: goes without a farewell, connects a second time while it is connected,
/// does not acknowledge for a while.</summary>
/// <param name="name">A short name of its own.</param>
/// <param name="account">Whose primary it is.</param>
/// <param name="history">What is noted.</param>
/// <param name="seed">Decides what it does.</param>
internal sealed class Receiver(string name, OfficialAccount account, History history, int seed)
{
    /// <summary>The path of the request that says that nothing waits any more.</summary>
    public const string QueueEmpty = "/api/v1/queue/empty";

    private readonly Random _random = new(seed);
    private readonly byte[] _id = ServiceId.TryParse(account.Aci, out var id) ? id.ToBytes() : [];

    /// <summary>Its name in the history.</summary>
    public string Name => name;

    /// <summary>Its account.</summary>
    public OfficialAccount Account => account;

    /// <summary>The header with which an account's primary connects.</summary>
    public static string Header(OfficialAccount account) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}.1:{account.Password}"));

    /// <summary>Whether somebody was cut off, or told to stop.</summary>
    public static bool IsGone(Exception exception) =>
        exception is WebSocketException or HttpRequestException or IOException or ObjectDisposedException or OperationCanceledException;

    /// <summary>Whether bytes are its account's id.</summary>
    public bool IsCalled(ReadOnlySpan<byte> id) => id.SequenceEqual(_id);

    /// <summary>Reads until it is told to stop.</summary>
    public async Task RunAsync(Func<string?, CancellationToken, Task<SocketClient>> connect, CancellationToken stop)
    {
        var clients = new List<SocketClient>();
        var readings = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Opened when it begins to connect: what was confirmed before then must not come.
                var connection = history.Open();
                clients.Add(await connect(Header(account), stop));

                // Some say nothing to what comes, and some refuse it. After some letters it connects anew; half of the times the old one
                // stays.
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
                uint? answer = _random.Next(6) switch { 0 => null, 1 => 500u, _ => 200u };
                var reading = ReadAsync(clients[^1], connection, answer, _random.Next(1, 200), enough, stop);
                readings.Add(reading);
                await Task.WhenAny(reading, Task.Delay(Timeout.Infinite, enough.Token));
                if (_random.Next(2) == 0)
                {
                    await clients[^1].DisposeAsync();
                    clients.RemoveAt(clients.Count - 1);
                }
            }
            catch (Exception gone) when (IsGone(gone))
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await Task.WhenAll(readings);
    }

    /// <summary>Connects once as it should, and reads and acknowledges all that waits.</summary>
    public async Task FinishAsync(Func<string?, CancellationToken, Task<SocketClient>> connect, CancellationToken cancellation)
    {
        var connection = history.Open();
        await using var client = await connect(Header(account), cancellation);
        while (await client.Incoming.ReadAsync(cancellation) is { } request && request.Path != QueueEmpty)
        {
            Take(connection, request, isTaken: true);
            await client.AnswerAsync(request, cancellation);
        }

        await client.CloseAsync(cancellation);
        await client.WaitForEndAsync(cancellation);
    }

    private async Task ReadAsync(
        SocketClient client, History.Connection connection, uint? answer, int letters, CancellationTokenSource enough,
        CancellationToken stop)
    {
        try
        {
            await foreach (var request in client.Incoming.ReadAllAsync(stop))
            {
                if (request.Path == QueueEmpty)
                {
                    continue;
                }

                Take(connection, request, answer == 200);
                if (answer is { } status)
                {
                    await client.AnswerAsync(request, CancellationToken.None, status);
                }

                if (--letters == 0)
                {
                    await enough.CancelAsync();
                }
            }
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // What it did not acknowledge comes again.
        }
    }

    private void Take(History.Connection connection, SocketRequest request, bool isTaken)
    {
        var content = Envelope.Parser.ParseFrom(request.Body).Content.Span;
        var end = content.IndexOf((byte)' ');
        var id = Encoding.UTF8.GetString(end < 0 ? content : content[..end]);
        history.Receive(name, connection, id, Sender.Hash(content), isTaken);
    }
}
