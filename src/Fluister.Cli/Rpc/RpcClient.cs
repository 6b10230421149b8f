using System.Net.Sockets;
using System.Text.Json;
using Fluister.Client;

namespace Fluister.Cli.Rpc;

/// <summary>The other end: a command that has the daemon do its work, because the daemon has the account open.</summary>
internal sealed class RpcClient : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly LineReader _lines;
    private readonly Action<JsonElement>? _received;
    private long _last;

    private RpcClient(NetworkStream stream, Action<JsonElement>? received)
    {
        _stream = stream;
        _lines = new LineReader(stream, RpcLimits.OutgoingBytes);
        _received = received;
    }

    /// <summary>Connects to the daemon that has an account open.</summary>
    /// <param name="folder">The account's folder.</param>
    /// <param name="received">Is given the params of what the daemon tells without being asked, while a call or
    /// <see cref="ListenAsync"/> is at work.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>Null where no daemon serves it.</returns>
    public static async Task<RpcClient?> TryConnectAsync(string folder, Action<JsonElement>? received, CancellationToken cancel)
    {
        var path = Path.Combine(Path.GetFullPath(folder), RpcListener.FileName);
        if (!File.Exists(path) || System.Text.Encoding.UTF8.GetByteCount(path) > RpcListener.MaximumPathBytes)
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(RpcListener.EndPoint(path), cancel);

            // What is said here is for the person's own daemon alone.
            return PeerCredentials.IsSamePerson(socket) ? new RpcClient(new NetworkStream(socket, ownsSocket: true), received)
                : throw new ClientException(ClientError.Refused, $"The program that listens at {path} is another person's.");
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Writes the members of the parameters' object.</param>
    /// <param name="cancel">Gives up waiting; the daemon may have done it all the same.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ClientException">What kept the daemon from it, as it told.</exception>
    public async Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancel)
    {
        var id = ++_last;
        var request = RpcText.Line(writer =>
        {
            writer.WriteString("method", method);
            writer.WriteNumber("id", id);
            writer.WriteStartObject("params");
            parameters(writer);
            writer.WriteEndObject();
        });
        try
        {
            await _stream.WriteAsync(request, cancel);
            while (true)
            {
                var answer = await ReadAsync(cancel);
                if (answer.TryGetProperty("id", out var to) && to.ValueKind == JsonValueKind.Number
                    && to.TryGetInt64(out var of) && of == id)
                {
                    return answer.TryGetProperty("result", out var result) ? result : throw Failed(answer);
                }

                Take(answer);
            }
        }
        catch (Exception e) when (e is IOException or JsonException or EndOfStreamException)
        {
            throw new ClientException(ClientError.Unreachable, "The daemon has ended, or closed the connection. Is it being restarted?", e);
        }
    }

    /// <summary>Waits for what the daemon tells without being asked, until cancelled or until the daemon ends.</summary>
    public async Task ListenAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                Take(await ReadAsync(cancel));
            }
        }
        catch (IOException e)
        {
            throw new ClientException(ClientError.Unreachable, "The daemon has ended, or closed the connection. Is it being restarted?", e);
        }
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lines.DisposeAsync();
        await _stream.DisposeAsync();
    }

    private static ClientException Failed(JsonElement answer)
    {
        var error = answer.GetProperty("error");
        var data = error.TryGetProperty("data", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var kind = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("kind", out var word)
            && Enum.TryParse<ClientError>(word.GetString(), ignoreCase: true, out var known) ? known
            : error.GetProperty("code").GetInt32() == RpcException.InvalidParameters ? ClientError.BadInput : ClientError.Refused;
        return new ClientException(kind, error.GetProperty("message").GetString() ?? "")
        {
            RetryAfter = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("retryAfterSeconds", out var after)
                ? TimeSpan.FromSeconds(after.GetInt64()) : null,
        };
    }

    private void Take(JsonElement told)
    {
        if (told.TryGetProperty("method", out var method) && method.ValueEquals("receive"u8)
            && told.TryGetProperty("params", out var about))
        {
            _received?.Invoke(about);
        }
    }

    private async Task<JsonElement> ReadAsync(CancellationToken cancel)
    {
        var read = await _lines.ReadAsync(cancel) ?? throw new EndOfStreamException();
        using var parsed = JsonDocument.Parse(read.Line);
        return parsed.RootElement.Clone();
    }
}
