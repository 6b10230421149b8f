using System.Net;
using System.Text;
using Fluister.Server.Operations;
using Fluister.ServerTests.Faults;

namespace Fluister.ServerTests.Operations;

/// <summary>What a busy server tells those who operate it: how much, and never of whom.</summary>
public sealed class SilenceTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Metrics_traces_and_logs_say_how_much_and_nothing_of_whom()
    {
        await using var receiver = await TelemetryReceiver.StartAsync();
        await using var server = new LiveServer(
            _temporary["data"], new ServerOptions { Telemetry = receiver.Url, TraceShare = 1, LogLevel = "information" });
        server.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000";
        var accounts = await server.AddAccountsAsync(4);
        await server.StartAsync();
        var letters = new Letters(server, accounts[..2], accounts[2..]);
        await letters.SendAsync(() => letters.Accepted.Count >= 40);
        await letters.CheckAsync();
        var upload = await Upload.BeginAsync(server, accounts[0], 100);
        Assert.Equal(204, await upload.SendAsync(new byte[100]));
        foreach (var (method, path, account, status) in ((HttpMethod, string, Fluister.Server.Accounts.Account?, HttpStatusCode)[])
        [
            (HttpMethod.Get, "/v1/accounts/whoami", accounts[1], HttpStatusCode.OK),
            (HttpMethod.Get, "/v2/accounts/data_report", accounts[0], HttpStatusCode.OK),
            (HttpMethod.Get, $"/v1/profile/{accounts[2].Aci}", accounts[0], HttpStatusCode.OK),
            (HttpMethod.Get, $"/v2/keys/{accounts[2].Aci}/1", accounts[0], HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/v1/nothing/{accounts[2].Aci}", accounts[0], HttpStatusCode.NotFound),
            (HttpMethod.Get, $"/v1/accounts/whoami?{accounts[2].Number}", null, HttpStatusCode.Unauthorized),
        ])
        {
            using var answer = await server.AskAsync(method, path, account);
            Assert.Equal(status, answer.StatusCode);
        }

        var refused = 0;
        while (refused == 0)
        {
            using var answer = await server.AskAsync(HttpMethod.Get, "/v4/attachments/form/upload?uploadLength=1", accounts[3]);
            refused += answer.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        Assert.Equal(0, await server.StopAsync());

        var metrics = receiver.Metrics();
        Assert.Equal(letters.Accepted.Count, metrics["fluister.messages.accepted"]);
        Assert.Equal(letters.Accepted.Count, metrics["fluister.messages.delivered"]);
        Assert.Equal(letters.Accepted.Count, metrics["fluister.requests route=/v1/messages/{id} status=200 verb=PUT"]);
        Assert.Equal(1, metrics["fluister.requests route=/v1/accounts/whoami status=401 verb=GET"]);
        Assert.Equal(1, metrics["fluister.limits.refused limit=attachments"]);

        // Those who wrote have not fetched their receipts.
        Assert.Equal(letters.Accepted.Count, metrics["fluister.mailboxes.backlog"]);
        Assert.Equal(0, metrics["fluister.sockets"]);
        Assert.All(
            ["fluister.database.commit.size", "fluister.database.commit.time", "fluister.disk.free", "fluister.database.size"],
            (string name) => Assert.True(metrics[name] > 0, name));
        Assert.Contains("fluister.database.log.size", metrics.Keys);
        Assert.Contains("GET /v1/profile/{id}", receiver.Spans());

        // Everything that a client sent or is, in every form that it has on the way.
        var told = receiver.AllText + server.Errors + server.Output;
        Assert.Contains("\"Server ", server.Errors, StringComparison.Ordinal);
        Assert.All(
            accounts.SelectMany(account => (string[])
            [
                account.Aci.ToString(), account.Aci.ToString("N"), account.Pni.ToString()!, account.Number!, account.Number![1..],
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}.1"))[..40],
                Encoding.Latin1.GetString(account.Aci.ToByteArray(bigEndian: true)),
            ]).Concat([upload.Key, TestAccount.Password, "127.0.0.1", "[::1]", "localhost", _temporary.Path])

                // A name of two letters may stand in any bytes.
                .Concat(Environment.MachineName.Length > 5 ? [Environment.MachineName] : []),
            canary => Assert.DoesNotContain(canary, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_sent()
    {
        await using var receiver = await TelemetryReceiver.StartAsync();
        await using var server = new LiveServer(_temporary["data"]);
        server.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url;
        await server.StartAsync();
        using var ready = await server.AskAsync(HttpMethod.Get, "/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(receiver.Received);
    }
}
