using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Fluister.Cli.Rpc;
using Fluister.Client;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Tests.Cli.Rpc;

/// <summary>A program at the other end of a connection, in this process.</summary>
internal sealed class RpcTalk : IAsyncDisposable
{
    private readonly Pipe _requests = new();
    private readonly Pipe _answers;
    private readonly RpcOutput _output;
    private readonly RpcConnection _connection;
    private readonly LineReader _lines;

    /// <summary>Connects.</summary>
    /// <param name="service">What is served.</param>
    /// <param name="own">The connection's own account.</param>
    /// <param name="buffered">Bytes that fit between us and the program, as into a socket's buffer.</param>
    public RpcTalk(RpcService service, HeldAccount? own, int buffered = 1 << 20)
    {
        _answers = new Pipe(new PipeOptions(pauseWriterThreshold: buffered, resumeWriterThreshold: buffered / 2));
        _output = new RpcOutput(_answers.Writer.AsStream());
        _connection = new RpcConnection(service, own, _output);
        _lines = new LineReader(_answers.Reader.AsStream(), 1 << 24);
        Ended = EndAsync();
    }

    /// <summary>Completes when the connection was closed from the other side.</summary>
    public Task Ended { get; }

    /// <summary>An account without anything behind it, and where its events are put.</summary>
    public static (HeldAccount Account, ChannelWriter<ClientEvent> Events) Account(string name = "anna")
    {
        var events = Channel.CreateUnbounded<ClientEvent>();
        return (new HeldAccount(name, Self(), events.Reader, _ => new KnownPerson(null, "Ben"), null), events.Writer);
    }

    public static Self Self() => new()
    {
        Aci = ServiceId.Aci(new Guid("11111111-1111-4111-8111-111111111111")),
        Device = 1,
        Password = new Secret("password"u8),
        RegistrationId = 1,
        AciIdentity = IdentityKeyPair.Generate(RandomSource.System),
        ProfileKey = ProfileKey.Generate(RandomSource.System),
        EntropyPool = AccountEntropyPool.Generate(RandomSource.System),
    };

    public async Task SayAsync(string text) => await _requests.Writer.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"));

    public async Task SayAsync(byte[] bytes) => await _requests.Writer.WriteAsync(bytes);

    public async Task<JsonElement?> HearAsync()
    {
        if (await _lines.ReadAsync(TestContext.Current.CancellationToken) is not { } read)
        {
            return null;
        }

        return JsonDocument.Parse(read.Line).RootElement;
    }

    public async Task<string> AskAsync(string text)
    {
        await SayAsync(text);
        return (await HearAsync())?.GetRawText() ?? "";
    }

    public Task LeaveAsync() => _requests.Writer.CompleteAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await _answers.Reader.CompleteAsync();
        await Ended.WaitAsync(CancellationToken.None);
        await _lines.DisposeAsync();
        _connection.Dispose();
        _output.Dispose();
    }

    private async Task EndAsync()
    {
        try
        {
            await Task.Run(() => _connection.RunAsync(_requests.Reader.AsStream(), CancellationToken.None));
        }
        catch (OperationCanceledException)
        {
            // Cut off.
        }

        await _answers.Writer.CompleteAsync();
    }
}
