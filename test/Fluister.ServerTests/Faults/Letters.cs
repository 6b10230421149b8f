using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Fluister.Server.Accounts;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Faults;

/// <summary>Numbered messages between accounts of a server that fails meanwhile, and what became of each.</summary>
internal sealed class Letters(LiveServer server, IReadOnlyList<Account> senders, IReadOnlyList<Account> recipients, int padding = 1000)
{
    private const string QueueEmpty = "/api/v1/queue/empty";

    private int _last;

    /// <summary>Answered with 200: these must come, in the order in which each sender had its answers.</summary>
    public ConcurrentQueue<(int Sender, int Recipient, int Number)> Accepted { get; } = [];

    /// <summary>Answered with another status: these must not come.</summary>
    public ConcurrentQueue<(int Number, HttpStatusCode Status, TimeSpan? RetryAfter)> Refused { get; } = [];

    /// <summary>Not answered: these may have come.</summary>
    public ConcurrentQueue<int> Unknown { get; } = [];

    /// <summary>Every sender writes to the recipients in turn, until the connection fails or somebody says that it is enough.</summary>
    public Task SendAsync(Func<bool> isEnough) => Task.WhenAll(senders.Select(async (_, sender) =>
    {
        for (var turn = 0; !isEnough(); turn++)
        {
            if (await SendAsync(sender, turn % recipients.Count) is null)
            {
                return;
            }
        }
    }));

    /// <summary>Sends one, and gives the status; none where there was no answer.</summary>
    public async Task<HttpStatusCode?> SendAsync(int sender, int recipient)
    {
        var number = Interlocked.Increment(ref _last);
        var text = number.ToString(CultureInfo.InvariantCulture).PadRight(padding);
        var body = JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new
                {
                    type = 1,
                    destinationDeviceId = 1,
                    destinationRegistrationId = 1000,
                    content = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
                },
            },
            online = false,
            urgent = true,
            timestamp = number,
        });
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await server.AskAsync(
                HttpMethod.Put, $"/v1/messages/{recipients[recipient].Aci}", senders[sender], content);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Accepted.Enqueue((sender, recipient, number));
            }
            else
            {
                Refused.Enqueue((number, answer.StatusCode, answer.Headers.RetryAfter?.Delta));
            }

            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            Unknown.Enqueue(number);
            return null;
        }
    }

    /// <summary>Reads all mailboxes to their end, and checks: nothing that was accepted is lost or out of order, nothing that was refused
    /// came, and nothing came twice.</summary>
    public Task CheckAsync() => CheckAsync(server, [.. Accepted]);

    /// <summary>The same on a server that came of this one's backup, where what was accepted after it began may be missing.</summary>
    public async Task CheckAsync(LiveServer there, IReadOnlyCollection<(int Sender, int Recipient, int Number)> accepted)
    {
        Assert.NotEmpty(accepted);
        var refused = Refused.Select(letter => letter.Number).ToHashSet();
        for (var recipient = 0; recipient < recipients.Count; recipient++)
        {
            var came = await ReadAsync(there, recipients[recipient]);
            Assert.Equal(came.Distinct(), came);
            Assert.DoesNotContain(came, refused.Contains);
            foreach (var ofOne in accepted.Where(letter => letter.Recipient == recipient).GroupBy(letter => letter.Sender))
            {
                var numbers = ofOne.Select(letter => letter.Number).ToList();
                Assert.Equal(numbers, came.Where(numbers.Contains));
            }
        }
    }

    private static async Task<List<int>> ReadAsync(LiveServer server, Account account)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var over = new HttpMessageInvoker(server.Over, disposeHandler: false);
        await using var socket = await SocketClient.ConnectAsync(over, server.Port, $"{LiveServer.Header(account)}", cancellation);
        var came = new List<int>();
        await foreach (var request in socket.Incoming.ReadAllAsync(cancellation))
        {
            if (request.Path == QueueEmpty)
            {
                // A polite end, so that what was acknowledged is heard.
                await socket.CloseAsync(cancellation);
                await socket.WaitForEndAsync(cancellation);
                return came;
            }

            came.Add(int.Parse(Envelope.Parser.ParseFrom(request.Body).Content.ToStringUtf8(), NumberStyles.AllowTrailingWhite));
            await socket.AnswerAsync(request, cancellation);
        }

        throw new InvalidOperationException("The connection ended before the queue did.");
    }
}
