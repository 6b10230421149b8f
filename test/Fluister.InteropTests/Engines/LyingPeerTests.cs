using System.Text;
using Fluister.Engines;
using Fluister.Engines.Endpoints;

namespace Fluister.InteropTests.Engines;

/// <summary>What an endpoint may answer, and what becomes of it.</summary>
public sealed class LyingPeerTests
{
    private const string Models = """{"data":[{"id":"m"}]}""";
    private static readonly string Piece = """data: {"choices":[{"delta":{"content":"word "}}]}""" + "\n\n";

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var target = new LyingPeer((_, stream) => LyingPeer.SayAsync(stream, Models));
        foreach (var status in (string[])["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
        {
            foreach (var late in (bool[])[false, true])
            {
                var error = await WhyAsync((_, stream) =>
                    LyingPeer.SayAsync(stream, "{}", status, $"Location: {target.Address}/models\r\n"), late);
                Assert.Equal(EngineError.NotAllowed, error.Error);
            }
        }

        Assert.Equal(0, target.Connections);
    }

    [Theory]
    [InlineData("no JSON", EngineError.Protocol)]
    [InlineData("[]", null)]
    [InlineData("{\"data\":{\"id\":3}}", null)]
    [InlineData("{\"data\":[{\"id\":\"m\",\"meta\":{\"n_ctx\":-5}}]}", null)]
    [InlineData("{\"data\":[{\"id\":\"m\",\"meta\":{\"n_ctx\":1e99}}]}", null)]
    [InlineData("{\"data\":[{\"id\":\"\\ud800\"},{\"id\":\"\\u001b[31mred\"}]}", EngineError.NotFound)]
    public async Task A_list_of_models_that_is_none(string list, EngineError? expected)
    {
        using var peer = new LyingPeer((_, stream) => LyingPeer.SayAsync(stream, list));
        var options = new EndpointOptions { Address = peer.Address, Model = "m" };
        if (expected is null)
        {
            await using var engine = await EndpointEngine.ConnectAsync(options, CancellationToken.None);
            Assert.Equal(4096, engine.Description.ContextTokens);
        }
        else
        {
            var error = await Assert.ThrowsAsync<EngineException>(() => EndpointEngine.ConnectAsync(options, CancellationToken.None));
            Assert.Equal(expected, error.Error);
            Assert.DoesNotContain(error.Message, char.IsControl);
        }
    }

    [Fact]
    public async Task A_list_without_end_is_cut()
    {
        var error = await WhyAsync((_, stream) => EndlessAsync(stream, "{\"data\":[{\"id\":\"m\"},", "{\"id\":\"x\"},"));
        Assert.Equal(EngineError.Protocol, error.Error);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        var error = await WhyAsync((_, stream) => EndlessAsync(stream, "", Piece), late: true);
        Assert.Equal(EngineError.Protocol, error.Error);
    }

    [Fact]
    public async Task A_line_without_end_is_cut()
    {
        var error = await WhyAsync((_, stream) => EndlessAsync(stream, "data: ", "aaaaaaaaaaaaaaaa"), late: true);
        Assert.Equal(EngineError.Protocol, error.Error);
    }

    [Fact]
    public async Task Headers_without_end_are_cut()
    {
        var error = await WhyAsync(async (_, stream) =>
        {
            await LyingPeer.WriteAsync(stream, "HTTP/1.1 200 OK\r\n");
            for (var index = 0; index < 1_000_000; index++)
            {
                await LyingPeer.WriteAsync(stream, $"X-{index}: {new string('x', 1000)}\r\n");
            }
        }, late: true);
        Assert.Contains(error.Error, (EngineError[])[EngineError.Protocol, EngineError.Crashed]);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_none()
    {
        var error = await WhyAsync(async (_, stream) =>
        {
            await LyingPeer.BeginAsync(stream);
            await LyingPeer.WriteAsync(stream, Piece);
        }, late: true);
        Assert.Equal(EngineError.Crashed, error.Error);
    }

    [Fact]
    public async Task Its_words_are_not_repeated()
    {
        var error = await WhyAsync((_, stream) => LyingPeer.SayAsync(stream,
            """{"error":{"message":"You asked: Go. \u001b[2J","type":"<script>","code":500}}""", "500 Oops"), late: true);
        Assert.Equal(EngineError.Protocol, error.Error);
        Assert.Contains("500", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Go.", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("script", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_of_any_shape_are_read_or_passed_over()
    {
        var text = await SayAsync(async (_, stream) =>
        {
            await LyingPeer.BeginAsync(stream);
            await LyingPeer.WriteAsync(stream, ": ping\r\n\r\nevent: x\r\nid: 1\r\nretry: 5\r\ndata:[]\r\n\r\ndata: 3\n\n");
            await LyingPeer.WriteAsync(stream, "data: {\"choices\":[]}\n\n");
            await LyingPeer.WriteAsync(stream, "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"a\"}}]}\n\n");
            foreach (var part in (string[])["da", "ta: {\"choices\":[{\"delta\":{\"content\":", "\"é\"}}]}\r", "\n", "\r\n"])
            {
                await LyingPeer.WriteAsync(stream, part);
                await stream.FlushAsync();
                await Task.Delay(5);
            }

            await LyingPeer.WriteAsync(stream, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
            await LyingPeer.WriteAsync(stream, "data: [DONE]\n\ndata: no JSON\n\n");
        });
        Assert.Equal("aé", text);
    }

    [Fact]
    public async Task Another_computer_is_refused_before_a_packet_is_sent()
    {
        // 127.0.0.1 under another name would be found by asking somebody; 0.0.0.0 and the others would connect.
        using var peer = new LyingPeer((_, stream) => LyingPeer.SayAsync(stream, Models));
        foreach (var host in (string[])["localhost.example", "0.0.0.0", "[::]", "192.0.2.1", "[2001:db8::1]", "127.0.0.1.example"])
        {
            var options = new EndpointOptions { Address = new Uri($"http://{host}:{peer.Port}/v1"), Model = "m" };
            var error = await Assert.ThrowsAsync<EngineException>(() => EndpointEngine.ConnectAsync(options, CancellationToken.None));
            Assert.Equal(EngineError.NotAllowed, error.Error);
            Assert.Contains("text of the selected messages", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, peer.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    public async Task This_computer_is_reached_by_its_literal_address_and_without_a_proxy(string host)
    {
        using var proxy = new LyingPeer((_, stream) => LyingPeer.SayAsync(stream, Models));
        using var peer = new LyingPeer((_, stream) => LyingPeer.SayAsync(stream, Models));
        var before = Environment.GetEnvironmentVariable("http_proxy");
        Environment.SetEnvironmentVariable("http_proxy", $"http://127.0.0.1:{proxy.Port}");
        try
        {
            var options = new EndpointOptions { Address = new Uri($"http://{host}:{peer.Port}"), Model = "m" };
            await using var engine = await EndpointEngine.ConnectAsync(options, CancellationToken.None);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", before);
        }

        Assert.Equal("GET /v1/models HTTP/1.1", Assert.Single(peer.Asked));
        Assert.Equal(0, proxy.Connections);
    }

    private static async Task EndlessAsync(Stream stream, string first, string again)
    {
        await LyingPeer.BeginAsync(stream);
        await LyingPeer.WriteAsync(stream, first);
        var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(again, 1000)));
        while (true)
        {
            await stream.WriteAsync(block);
        }
    }

    /// <summary>Why it failed; late is after the model was found.</summary>
    private static async Task<EngineException> WhyAsync(Func<string, Stream, Task> answer, bool late = false) =>
        await Assert.ThrowsAsync<EngineException>(() => SayAsync(answer, isEarly: !late));

    private static async Task<string> SayAsync(Func<string, Stream, Task> answer, bool isEarly = false)
    {
        using var peer = new LyingPeer((first, stream) => !isEarly && first.StartsWith("GET", StringComparison.Ordinal)
            ? LyingPeer.SayAsync(stream, Models) : answer(first, stream));
        var options = new EndpointOptions { Address = peer.Address, Model = "m" };
        await using var engine = await EndpointEngine.ConnectAsync(options, CancellationToken.None);
        return (await engine.CompleteAsync(LlamaPrograms.Ask("Go.", 100), onText: null, CancellationToken.None)).Text;
    }
}
