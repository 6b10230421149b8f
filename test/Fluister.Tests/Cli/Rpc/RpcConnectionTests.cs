using Fluister.Cli.Rpc;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Tests.Cli.Rpc;

public sealed class RpcConnectionTests
{
    private const string Version = """{"jsonrpc":"2.0","method":"version","id":1}""";

    private static readonly ServiceId Ben = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    [Theory]
    [InlineData("{", -32700, "null")]
    [InlineData("\"x\"", -32600, "null")]
    [InlineData("[]", -32600, "null")]
    [InlineData("[1]", -32600, "null")]
    [InlineData("""{"method":"version","id":5}""", -32600, "5")]
    [InlineData("""{"jsonrpc":"2.0","id":5}""", -32600, "5")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","id":{}}""", -32600, "null")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","id":"\ud800"}""", -32600, "null")]
    [InlineData("""{"jsonrpc":"2.0","method":"\udc00","id":6}""", -32600, "6")]
    [InlineData("""{"jsonrpc":"2.0","method":"no","id":"a"}""", -32601, "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","params":[1],"id":7}""", -32602, "7")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","params":{"x":1},"id":7}""", -32602, "7")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","params":{"\ud800":1},"id":7}""", -32602, "7")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","params":{"account":"nobody"},"id":8}""", -32602, "8")]
    [InlineData("""{"jsonrpc":"2.0","method":"subscribeReceive","id":9}""", -32602, "9")]
    [InlineData("""{"jsonrpc":"2.0","method":"unsubscribeReceive","params":{"subscription":0},"id":9}""", -32602, "9")]
    [InlineData("""{"jsonrpc":"2.0","method":"send","params":{"recipient":"x"},"id":9}""", -32602, "9")]
    [InlineData("""{"jsonrpc":"2.0","method":"send","params":{"message":"x"},"id":9}""", -32602, "9")]
    [InlineData("""{"jsonrpc":"2.0","method":"send","params":{"message":"x","groupId":"AA=="},"id":9}""", -32602, "9")]
    [InlineData("""{"jsonrpc":"2.0","method":"send","params":{"message":"x","recipient":"b","attachment":"../x"},"id":9}""", -32602, "9")]
    public async Task A_bad_request_is_answered_and_the_next_one_works(string line, int code, string id)
    {
        await using var talk = new RpcTalk(new RpcService([], tellsAll: false), own: null);
        await talk.SayAsync(line);
        var answer = await talk.HearAsync();
        var error = (answer!.Value.ValueKind == System.Text.Json.JsonValueKind.Array ? answer.Value[0] : answer.Value);
        Assert.Equal(code, error.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(id, error.GetProperty("id").GetRawText());
        Assert.StartsWith("""{"jsonrpc":"2.0","result":{"version":""", await talk.AskAsync(Version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_is_answered_in_one_line_and_what_has_no_id_is_not_answered()
    {
        await using var talk = new RpcTalk(new RpcService([], tellsAll: true), own: null);
        await talk.SayAsync("""{"jsonrpc":"2.0","method":"version"}""");
        await talk.SayAsync("""[{"jsonrpc":"2.0","method":"no"}]""");
        var answer = await talk.AskAsync("""
            [{"jsonrpc":"2.0","method":"listAccounts","id":"a"},{"jsonrpc":"2.0","method":"version"},{"jsonrpc":"2.0","method":"no","id":3}]
            """.ReplaceLineEndings(""));
        Assert.Equal("""
            [{"jsonrpc":"2.0","result":[],"id":"a"},
            {"jsonrpc":"2.0","error":{"code":-32601,"message":"There is no such method.","data":null},"id":3}]
            """.ReplaceLineEndings(""), answer);
    }

    [Fact]
    public async Task Bytes_of_no_sense_are_answered_up_to_a_limit()
    {
        await using var talk = new RpcTalk(new RpcService([], tellsAll: false), own: null);
        await talk.SayAsync([.. Enumerable.Repeat((byte)'x', RpcLimits.LineBytes + 1), (byte)'\n']);
        Assert.Contains("more than", (await talk.HearAsync())?.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("version", await talk.AskAsync(Version), StringComparison.Ordinal);
        for (var line = 1; line < RpcLimits.BadLines; line++)
        {
            await talk.SayAsync([0xFF, 0xFE, 0x00, (byte)'\n']);
            Assert.Contains("-32700", (await talk.HearAsync())?.GetRawText(), StringComparison.Ordinal);
        }

        Assert.Contains("Goodbye", (await talk.HearAsync())?.GetRawText(), StringComparison.Ordinal);
        Assert.Null(await talk.HearAsync());
        await talk.Ended;
    }

    [Fact]
    public async Task A_subscription_tells_until_it_is_ended()
    {
        var (account, events) = RpcTalk.Account();
        using var end = new CancellationTokenSource();
        var taking = account.RunAsync(end.Token);
        await using var talk = new RpcTalk(new RpcService([account], tellsAll: false), account);
        Assert.Equal("""{"jsonrpc":"2.0","result":0,"id":1}""",
            await talk.AskAsync("""{"jsonrpc":"2.0","method":"subscribeReceive","id":1}"""));
        await events.WriteAsync(Text("hello"), end.Token);
        var told = await talk.HearAsync();
        var about = told!.Value.GetProperty("params");
        Assert.Equal(0, about.GetProperty("subscription").GetInt32());
        Assert.Equal("hello",
            about.GetProperty("result").GetProperty("envelope").GetProperty("dataMessage").GetProperty("message").GetString());
        Assert.Equal("""{"jsonrpc":"2.0","result":{},"id":2}""",
            await talk.AskAsync("""{"jsonrpc":"2.0","method":"unsubscribeReceive","params":{"subscription":0},"id":2}"""));
        await events.WriteAsync(Text("unheard"), end.Token);
        events.Complete();
        await taking;
        Assert.Contains("version", await talk.AskAsync(Version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_read_is_cut_off_and_the_others_miss_nothing()
    {
        const int Messages = RpcLimits.OutgoingLines + 200;
        var (account, events) = RpcTalk.Account();
        var service = new RpcService([account], tellsAll: true);
        await using var slow = new RpcTalk(service, account, buffered: 4096);
        await using var quick = new RpcTalk(service, account);
        Assert.Contains("version", await quick.AskAsync(Version), StringComparison.Ordinal);
        Assert.Contains("version", await slow.AskAsync(Version), StringComparison.Ordinal);
        var taking = account.RunAsync(CancellationToken.None);
        for (var number = 0; number < Messages; number++)
        {
            await events.WriteAsync(Text($"{number}"), CancellationToken.None);
            var told = await quick.HearAsync();
            Assert.Equal($"{number}", told!.Value.GetProperty("params").GetProperty("envelope").GetProperty("dataMessage")
                .GetProperty("message").GetString());
        }

        events.Complete();
        await taking;
        string? last = null;
        var count = 0;
        while (await slow.HearAsync() is { } line)
        {
            last = line.GetRawText();
            count++;
        }

        await slow.Ended;
        Assert.InRange(count, 2, Messages - 1);
        Assert.Contains($"\"code\":{RpcException.LimitReached}", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_found_by_its_id_and_by_its_name_and_another_connections_account_is_not()
    {
        var (anna, _) = RpcTalk.Account();
        var (other, _) = RpcTalk.Account("other");
        var service = new RpcService([anna, other], tellsAll: false);
        await using var all = new RpcTalk(service, own: null);
        foreach (var name in (string[])["anna", "11111111-1111-4111-8111-111111111111"])
        {
            Assert.Contains("result", await all.AskAsync(
                "{\"jsonrpc\":\"2.0\",\"method\":\"subscribeReceive\",\"params\":{\"account\":\"" + name +
                    "\"},\"id\":1}"), StringComparison.Ordinal);
        }

        await using var own = new RpcTalk(service, anna);
        Assert.Contains("-32602", await own.AskAsync(
            """{"jsonrpc":"2.0","method":"subscribeReceive","params":{"account":"other"},"id":1}"""), StringComparison.Ordinal);
    }

    private static ContentReceived Text(string text) => new(
        Ben, 1, 1000, 1001, true, new Content { DataMessage = new DataMessage { Body = text, Timestamp = 1000 } }, "c", "m");
}
