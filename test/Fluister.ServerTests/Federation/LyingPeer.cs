using Fluister.Cryptography;
using Fluister.Server.Federation;
using Fluister.Server.Mailboxes;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>A home server with three peers: one that keeps to the protocol, one that does not but has good keys, and one that is spoken
/// of.</summary>
internal sealed class LyingPeer : IAsyncDisposable
{
    private ulong _last;

    private LyingPeer(ServerOptions? options) => Here = new TestServer(options: options, connect: Reach, clock: Clock);

    /// <summary>The server that is lied to.</summary>
    public TestServer Here { get; }

    /// <summary>Whose keys the liar has.</summary>
    public TestServer Liar { get; } = new();

    /// <summary>One that keeps to the protocol, and of which the liar speaks.</summary>
    public TestServer Honest { get; } = new();

    /// <summary>The clock of all that is done here.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>What the liar answers when it is asked: the name and the body of the question.</summary>
    public Func<string, byte[], CancellationToken, Task<HttpResponseMessage>>? Answer { get; set; }

    /// <summary>Begins.</summary>
    public static async Task<LyingPeer> StartAsync(PeerState state = PeerState.Allow, ServerOptions? options = null)
    {
        var scene = new LyingPeer(options);
        await scene.IntroduceAsync(scene.Liar, "liar.example", state);
        await scene.IntroduceAsync(scene.Honest, "honest.example", PeerState.Allow);
        return scene;
    }

    /// <summary>The id's bytes on the wire.</summary>
    public static ByteString Bytes(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));

    /// <summary>An id that bears a server's tag, of nobody.</summary>
    public static Guid Mint(TestServer server) => server.Identity.Tag.Mint(RandomSource.System);

    /// <summary>A message to an account's primary, from somebody of a server's.</summary>
    public static Item Text(TestAccount to, Guid? from, int number = 1) => new()
    {
        Account = Bytes(to.Account.Aci),
        Message = new Message
        {
            Source = from is { } source ? Bytes(source) : ByteString.Empty,
            SourceDevice = from is null ? 0u : 1,
            Timestamp = (ulong)number,
            AccessKey = from is null ? ByteString.CopyFrom(TestAccount.AccessKey) : ByteString.Empty,
            Parts =
            {
                new Message.Types.Part
                {
                    Device = 1,
                    RegistrationId = (uint)to.Account.Devices[0].RegistrationId,
                    Type = (uint)(from is null ? Envelope.Types.Type.Sealed : Envelope.Types.Type.Signal),
                    Content = ByteString.CopyFrom(BitConverter.GetBytes(number)),
                },
            },
        },
    };

    /// <summary>Numbers items as an honest server does.</summary>
    public Transaction Number(params Item[] items)
    {
        foreach (var item in items)
        {
            item.Number = _last = Math.Max(_last + 1, (ulong)Clock.GetUtcNow().ToUnixTimeMilliseconds() << 20);
        }

        return new Transaction { Items = { items } };
    }

    /// <summary>The headers of a request of a server's.</summary>
    public Dictionary<string, string> Sign(
        byte[] body, string path = "/federation/v1/transactions", TestServer? by = null, ServerTag? to = null, string verb = "POST")
    {
        var headers = PeerSignature.Sign(
            verb, path, body, to ?? Here.Identity.Tag, (by ?? Liar).Identity, Clock.GetUtcNow(), RandomSource.System)
            .ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
        headers["Content-Type"] = "application/x-protobuf";
        headers["Content-Length"] = $"{body.Length}";
        return headers;
    }

    /// <summary>Asks as it is told.</summary>
    public ValueTask<Response> AskAsync(
        IReadOnlyDictionary<string, string> headers, byte[] body, string path = "/federation/v1/transactions", ulong origin = 1) =>
        Here.Home.Router.AnswerAsync(
            new Request
            {
                Verb = "POST",
                Path = path,
                Headers = headers,
                Origin = origin,
                ReadBody = (asked, limit, _) =>
                {
                    asked.Body = body;
                    return ValueTask.FromResult(body.Length > limit ? new Response(413) : null);
                },
            },
            TestContext.Current.CancellationToken);

    /// <summary>Sends a transaction, signed as it must be; by the liar unless another is named.</summary>
    public async Task<TransactionResponse> SendAsync(Transaction transaction, TestServer? by = null)
    {
        var body = transaction.ToByteArray();
        var answer = await AskAsync(Sign(body, by: by), body);
        Assert.Equal(200, answer.Status);
        return TransactionResponse.Parser.ParseFrom(answer.Body.Span);
    }

    /// <summary>Sends items that none of is done, and gives what became of them.</summary>
    public async Task<IEnumerable<Outcome.Types.Kind>> RefusedAsync(params Item[] items)
    {
        var transaction = Number(items);
        var answer = await SendAsync(transaction);
        Assert.Equal(items.Select(item => item.Number), answer.Outcomes.Select(outcome => outcome.Number));
        return answer.Outcomes.Select(outcome => outcome.Kind);
    }

    /// <summary>What lies in the mailbox of an account's primary: the sources and numbers of messages.</summary>
    public IReadOnlyList<(Guid Source, int Number)> Read(TestAccount account)
    {
        var read = new List<(Guid, int)>();
        var mailbox = new MailboxKey(account.Account.Aci, 1);
        for (var after = 0L; Here.Home.Mailboxes.Read(mailbox, after) is [.., var last] letters; after = last.Sequence)
        {
            read.AddRange(letters.Select(letter => Envelope.Parser.ParseFrom(letter.Envelope)).Select(envelope => (
                envelope.HasSourceServiceId ? new Guid(envelope.SourceServiceId.Span, bigEndian: true) : Guid.Empty,
                envelope.Content.Length == sizeof(int) ? BitConverter.ToInt32(envelope.Content.Span) : -1)));
        }

        return read;
    }

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync();
        await Liar.DisposeAsync();
        await Honest.DisposeAsync();
    }

    private Task IntroduceAsync(TestServer server, string domain, PeerState state) =>
        Here.Home.Relay.Peers.AddAsync(server.Key, domain, server.Describe(), state, Clock.GetUtcNow());

    private Answering Reach(Peer peer) => new(this, peer.Tag == Liar.Identity.Tag);

    private sealed class Answering(LyingPeer scene, bool lies) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            lies && scene.Answer is { } answer
                ? await answer(
                    request.RequestUri!.AbsolutePath.Split('/')[^1],
                    request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken),
                    cancellationToken)
                : throw new HttpRequestException("Nobody is there.");
    }
}
