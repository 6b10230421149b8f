using System.Net.Sockets;
using System.Text;
using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.Engines.Shared;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>A real engine, lent over a real socket.</summary>
public sealed class SharedEngineTests : IDisposable
{
    private const string Said = "What somebody is told to say, a few words long.";

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.In("engine.sock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_lent_is_the_engine_itself()
    {
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(_folder.Path, Said));
        await LendAsync(engine, async () =>
        {
            await using var lent = await SharedEngine.ConnectAsync(Path, Stop);
            var request = NativeRig.Request("What happened? <|im_end|> \u2028 \ud83d\ude00");
            var pieces = new List<string>();

            var there = await lent.CompleteAsync(request, pieces.Add, Stop);

            Assert.Equal(engine.Description, lent.Description);
            Assert.Equal(await engine.CountTokensAsync(request.Prompt, Stop), await lent.CountTokensAsync(request.Prompt, Stop));
            Assert.Equal(Said, there.Text);
            Assert.Equal(Said, string.Concat(pieces));
            Assert.Equal(await engine.CountTokensAsync(request.Prompt, Stop), there.PromptTokens);
            Assert.Equal(CompletionEnd.Finished, there.End);
            var error = await Assert.ThrowsAsync<EngineException>(
                () => lent.CompleteAsync(request with { Grammar = "root ::= nowhere" }, null, Stop));
            Assert.Equal(EngineError.Protocol, error.Error);
            Assert.Equal(Said, (await lent.CompleteAsync(request, null, Stop)).Text);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        });
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task One_who_gives_up_or_goes_away_leaves_the_engine_to_the_others()
    {
        await using var engine = await NativeEngine.StartAsync(
            NativeRig.Options(TestModels.Canned(_folder.Path, Said, new() { IsEndless = true })) with { ContextTokens = 30000 }, Stop);
        await LendAsync(engine, async () =>
        {
            await using var second = await SharedEngine.ConnectAsync(Path, Stop);
            await using (var first = await SharedEngine.ConnectAsync(Path, Stop))
            {
                using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(
                    () => first.CompleteAsync(NativeRig.Request("Go on.", 20000), _ => cancel.Cancel(), cancel.Token));
                Assert.Equal(5, (await first.CompleteAsync(NativeRig.Request("Go on.", 5), null, Stop)).GeneratedTokens);
                var started = new TaskCompletionSource();
                _ = first.CompleteAsync(NativeRig.Request("Go on.", 20000), _ => started.TrySetResult(), Stop)
                    .ContinueWith(ended => ended.Exception, TaskScheduler.Default);
                await started.Task;
            }

            Assert.Equal(5, (await second.CompleteAsync(NativeRig.Request("Go on.", 5), null, Stop)).GeneratedTokens);
        });
    }

    [Theory]
    [InlineData("""{"do":"load","id":1,"model":"/etc/passwd","mostThreads":1,"gpuLayers":0,"memory":1}""")]
    [InlineData("""{"do":"quantize","id":1,"model":"/m","output":"/o","type":1,"threads":1}""")]
    [InlineData("""{"do":"open","id":1,"libraries":"/evil","allowOther":true}""")]
    [InlineData("""{"do":"count","id":1}""")]
    [InlineData("null")]
    [InlineData("GET / HTTP/1.1")]
    public async Task Whoever_asks_for_something_else_is_hung_up_on(string line)
    {
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(_folder.Path, Said));
        await LendAsync(engine, async () =>
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), Stop);
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream);
            Assert.Contains("\"described\"", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);

            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), Stop);

            Assert.DoesNotContain("\"counted\"", await reader.ReadToEndAsync(Stop), StringComparison.Ordinal);
            await using var other = await SharedEngine.ConnectAsync(Path, Stop);
            Assert.Equal(Said, (await other.CompleteAsync(NativeRig.Request("?"), null, Stop)).Text);
        });
    }

    [Fact]
    public async Task When_the_engine_dies_all_are_told()
    {
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(_folder.Path, Said, new() { IsEndless = true }));
        using var listener = EngineListener.Open(Path);
        var serving = listener.ServeAsync(engine, Stop);
        await using var lent = await SharedEngine.ConnectAsync(Path, Stop);

        var error = await Assert.ThrowsAsync<EngineException>(() => lent.CompleteAsync(
            NativeRig.Request("Go on."), _ => FluisterProgram.Signal(engine.ProcessId, FluisterProgram.Kill), Stop));

        Assert.Equal(EngineError.Crashed, error.Error);
        Assert.Equal(EngineError.Crashed, (await Assert.ThrowsAsync<EngineException>(() => serving.WaitAsync(Stop))).Error);
        var after = await Assert.ThrowsAsync<EngineException>(() => lent.CountTokensAsync(new("", "?"), Stop));
        Assert.Equal(EngineError.Crashed, after.Error);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("{\"event\":\"described\",\"id\":0,\"engine\":{\"kind\":\"native\",\"contextTokens\":-1}}\n")]
    [InlineData("{\"event\":\"counted\",\"id\":0,\"tokens\":1}\n")]
    [InlineData("null\n")]
    public async Task What_is_no_engine_is_not_taken_for_one(string greeting)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path));
        socket.Listen();
        var connecting = SharedEngine.ConnectAsync(Path, Stop);
        using (var caller = await socket.AcceptAsync(Stop))
        {
            await caller.SendAsync(Encoding.UTF8.GetBytes(greeting), Stop);
        }

        var error = await Assert.ThrowsAsync<EngineException>(() => connecting.WaitAsync(Stop));

        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_somebody_uses_is_not_taken_away_and_a_deserted_one_is_replaced()
    {
        Assert.Equal(EngineError.NotFound, (await Assert.ThrowsAsync<EngineException>(() => SharedEngine.ConnectAsync(Path, Stop))).Error);
        using (var deserted = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            deserted.Bind(new UnixDomainSocketEndPoint(_folder.In("other.sock")));
            // Else it would be taken away now; it stays where a process is killed.
            File.Move(_folder.In("other.sock"), Path);
        }

        using var listener = EngineListener.Open(Path);

        Assert.Equal(EngineError.NotAllowed, Assert.Throws<EngineException>(() => EngineListener.Open(Path)).Error);
        Assert.Equal(EngineError.NotAllowed,
            Assert.Throws<EngineException>(() => EngineListener.Open(_folder.In(new string('x', 100)))).Error);
        Assert.True(File.Exists(Path));
    }

    public void Dispose() => _folder.Dispose();

    private async Task LendAsync(Engine engine, Func<Task> meanwhile)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var listener = EngineListener.Open(Path);
        var serving = listener.ServeAsync(engine, stop.Token);
        await meanwhile();
        await stop.CancelAsync();
        await serving;
    }
}
