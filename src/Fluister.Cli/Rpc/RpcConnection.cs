using System.Text.Json;
using Fluister.Client;

namespace Fluister.Cli.Rpc;

/// <summary>One program that speaks JSON-RPC 2.0 with us, a line an object: its requests are begun in the order in which they
/// come.</summary>
/// <param name="service">What is served.</param>
/// <param name="own">The account that its requests are for; null where each says so.</param>
/// <param name="output">Lines to the program.</param>
internal sealed class RpcConnection(RpcService service, HeldAccount? own, RpcOutput output) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _places = new(RpcLimits.RequestsAtWork);
    private int _badLines;

    /// <summary>The account that it was opened for; null for one that serves several.</summary>
    public HeldAccount? Own => own;

    /// <summary>What it is told without asking.</summary>
    public RpcSubscriptions Subscriptions { get; } = new(output);

    /// <summary>Reads and answers until the program ends its side, is cut off, or is gone; then nothing of it is at work any
    /// more.</summary>
    public async Task RunAsync(Stream input, CancellationToken cancel)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel, output.Cut);
        var writing = Task.Run(async () =>
        {
            try
            {
                await output.RunAsync(cancel);
            }
            finally
            {
                await gone.CancelAsync();
            }
        }, CancellationToken.None);
        try
        {
            service.Begin(this);
            await ReadAsync(input, gone.Token);
        }
        finally
        {
            Subscriptions.End();
            for (var place = 0; place < RpcLimits.RequestsAtWork; place++)
            {
                await _places.WaitAsync(CancellationToken.None);
            }

            output.Close();
            await writing;
        }
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _turn.Dispose();
        _places.Dispose();
    }

    private async Task ReadAsync(Stream input, CancellationToken cancel)
    {
        await using var lines = new LineReader(input, RpcLimits.LineBytes);
        while (_badLines < RpcLimits.BadLines && await lines.ReadAsync(cancel) is { } read)
        {
            if (!read.IsWhole)
            {
                Bad(null, new RpcException(RpcException.ParseError, $"A line has more than {RpcLimits.LineBytes} bytes."));
            }
            else if (read.Line.AsSpan().ContainsAnyExcept(" \t\r"u8))
            {
                await BeginAsync(read.Line, cancel);
            }
        }

        if (_badLines >= RpcLimits.BadLines)
        {
            output.Add(RpcText.Error(null, new RpcException(RpcException.LimitReached, "Too many lines were no requests. Goodbye.")));
        }
    }

    /// <summary>Begins a line when those before it have gone on, and does not wait for its end.</summary>
    private async Task BeginAsync(byte[] line, CancellationToken cancel)
    {
        await _places.WaitAsync(cancel);
        try
        {
            await _turn.WaitAsync(cancel);
        }
        catch
        {
            _places.Release();
            throw;
        }

        _ = WorkAsync(line, cancel);
    }

    /// <summary>Answers one line; never throws.</summary>
    private async Task WorkAsync(byte[] line, CancellationToken cancel)
    {
        var turn = new Turn(_turn);
        try
        {
            if (await AnswerAsync(line, turn, cancel) is { } answer)
            {
                output.Add(answer);
            }
        }
        finally
        {
            turn.End();
            _places.Release();
        }
    }

    private async Task<byte[]?> AnswerAsync(byte[] line, Turn turn, CancellationToken cancel)
    {
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            Interlocked.Increment(ref _badLines);
            return RpcText.Error(null, new RpcException(RpcException.ParseError, "A line is not JSON."));
        }

        using (parsed)
        {
            return parsed.RootElement.ValueKind == JsonValueKind.Array
                ? await AnswerAllAsync(parsed.RootElement, cancel)
                : await AnswerAsync(parsed.RootElement, turn.End, cancel);
        }
    }

    /// <summary>A batch: one after the other, and one line for all answers.</summary>
    private async Task<byte[]?> AnswerAllAsync(JsonElement batch, CancellationToken cancel)
    {
        var count = batch.GetArrayLength();
        if (count is 0 or > RpcLimits.BatchRequests)
        {
            Interlocked.Increment(ref _badLines);
            return RpcText.Error(null, new RpcException(
                RpcException.InvalidRequest, $"A batch has from 1 to {RpcLimits.BatchRequests} requests."));
        }

        var answers = new List<byte[]>();
        foreach (var request in batch.EnumerateArray())
        {
            if (await AnswerAsync(request, () => { }, cancel) is { } answer)
            {
                answers.Add(answer);
            }
        }

        return answers.Count > 0 ? RpcText.Batch(answers) : null;
    }

    private async Task<byte[]?> AnswerAsync(JsonElement request, Action goOn, CancellationToken cancel)
    {
        JsonElement? id = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RpcLimits.RequestTime);
        try
        {
            id = Id(request);
            var (method, parameters) = Read(request);
            var named = parameters.Text("account");
            var account = named is null ? own : service.Find(named) is { } found && (own is null || found == own)
                ? found : throw RpcException.Parameters("No such account is served here.");
            var result = await method(new RpcCall(service, this, parameters, account, goOn), limit.Token);
            return id is { } known ? RpcText.Result(known, result) : null;
        }
        catch (RpcException e)
        {
            if (e.Code == RpcException.InvalidRequest)
            {
                Interlocked.Increment(ref _badLines);
            }

            // One without an id wants no answer, unless it is not a request at all.
            return id is not null || e.Code == RpcException.InvalidRequest ? RpcText.Error(id, e) : null;
        }
        catch (ClientException e)
        {
            return id is null ? null : RpcText.Error(id, RpcException.From(e));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return id is null ? null : RpcText.Error(id, RpcException.From(new ClientException(
                ClientError.Unreachable, "The home server has not answered in time. Whether it was done is not known.")));
        }
        catch (Exception e)
        {
            // A bug. Its message might hold what was sent, so it is not told.
            var where = e.TargetSite is { } at ? $" in {at.DeclaringType?.Name}.{at.Name}" : "";
            return id is null ? null : RpcText.Error(id,
                new RpcException(RpcException.InternalError, $"This is a bug in fluister: {e.GetType().Name}{where}."));
        }
    }

    private static JsonElement? Id(JsonElement request) =>
        request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("id", out var id) ? null
        : id.ValueKind is JsonValueKind.Number or JsonValueKind.Null || RpcParameters.IsText(id) ? id
        : throw new RpcException(RpcException.InvalidRequest, "An id is a text or a number.");

    private static (RpcMethod Method, RpcParameters Parameters) Read(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object
            || !request.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String
            || !version.ValueEquals("2.0"u8))
        {
            throw new RpcException(RpcException.InvalidRequest, "A request is an object with \"jsonrpc\":\"2.0\".");
        }

        if (!request.TryGetProperty("method", out var method) || !RpcParameters.IsText(method))
        {
            throw new RpcException(RpcException.InvalidRequest, "A request has a method.");
        }

        request.TryGetProperty("params", out var parameters);
        return RpcMethods.All.TryGetValue(method.GetString()!, out var known) ? (known, new RpcParameters(parameters))
            : throw new RpcException(RpcException.MethodNotFound, "There is no such method.");
    }

    private void Bad(JsonElement? id, RpcException e)
    {
        Interlocked.Increment(ref _badLines);
        output.Add(RpcText.Error(id, e));
    }

    /// <summary>The right to be the request that is begun; given up once.</summary>
    private sealed class Turn(SemaphoreSlim turn)
    {
        private int _isOver;

        public void End()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                turn.Release();
            }
        }
    }
}
