using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Messages;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Reports of spam about accounts on other servers: noted where the reporter is, and at the origin, which does not hear who
/// reports.</summary>
public sealed class SpamReportTests
{
    [Fact]
    public async Task A_report_is_noted_here_and_waits_for_the_origin_once_and_without_the_reporter()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reporter, spammer) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        var message = Guid.NewGuid();
        var token = new byte[SpamReports.TokenBytes];
        scene.Here.Home.Reports.WriteToken(reporter.Account.Aci, message, token);
        for (var i = 0; i < 2; i++)
        {
            var body = Json.Body(new { token });
            Assert.Equal(202, await ReportAsync(scene, reporter, spammer.Account.Aci, message, body));
        }

        Assert.Equal(202, await ReportAsync(scene, reporter, spammer.Account.Aci, Guid.NewGuid()));
        Assert.Equal((2, 1), scene.Here.Home.Reports.Count());
        var items = Waiting(scene.Here);
        Assert.Equal([true, false], items.Select(item => item.Report.Proven));
        Assert.Equal(Relay.Id(message), items[0].Report.Message);
        Assert.All(items, item =>
            Assert.DoesNotContain(Convert.ToHexString(AccountStore.Bytes(reporter.Account.Aci)), Convert.ToHexString(item.ToByteArray())));
    }

    [Fact]
    public async Task A_report_counts_at_the_origin()
    {
        await using var pair = await ServerPair.StartAsync();
        var (reporter, spammer) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        foreach (var about in new[] { spammer.Account.Aci, pair.There.Identity.Tag.Mint(RandomSource.System) })
        {
            var target = $"/v1/messages/report/{about}/{Guid.NewGuid()}";
            Assert.Equal(202, (await pair.Here.AskAsync("POST", target, reporter.Caller)).Status);
        }

        await pair.UntilAsync(() => Waiting(pair.Here).Count == 0);
        Assert.Equal((1, 0), pair.There.Home.Reports.Count());
        Assert.Equal((2, 0), pair.Here.Home.Reports.Count());
    }

    [Fact]
    public async Task Of_somebody_who_reports_too_much_no_more_crosses()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reporter, spammer) = (await scene.Here.AddAccountAsync(), await scene.Others[0].AddAccountAsync());
        for (var i = 0; i <= ServerLimits.ReportsToPeers.Burst; i++)
        {
            Assert.Equal(202, await ReportAsync(scene, reporter, spammer.Account.Aci, Guid.NewGuid()));
        }

        Assert.Equal(ServerLimits.ReportsToPeers.Burst, Waiting(scene.Here).Count);
        Assert.Equal((ServerLimits.ReportsToPeers.Burst + 1, 0), scene.Here.Home.Reports.Count());
    }

    [Fact]
    public async Task A_peers_reports_push_out_no_others_and_a_report_about_nobody_is_none()
    {
        await using var scene = await Neighbours.StartAsync();
        var (reporter, about) = (await scene.Here.AddAccountAsync(), await scene.Here.AddAccountAsync());
        Assert.Equal(202, await ReportAsync(scene, reporter, about.Account.Aci, Guid.NewGuid()));
        Assert.Equal(202, await ReportAsync(scene, reporter, Guid.NewGuid(), Guid.NewGuid()));
        var (tag, again, now) = (scene.Others[0].Identity.Tag, Guid.NewGuid(), scene.Clock.GetUtcNow());
        await scene.Here.Database.WriteAsync(session =>
        {
            for (var i = 0; i < ServerLimits.ReportsOfPeer + 10; i++)
            {
                Assert.True(SpamReports.AddOfPeer(session, tag, about.Account.Aci, Guid.NewGuid(), isProven: true, now));
            }

            Assert.True(SpamReports.AddOfPeer(session, new ServerTag(tag.Value ^ 1), about.Account.Aci, again, isProven: false, now));
            return SpamReports.AddOfPeer(session, new ServerTag(tag.Value ^ 1), about.Account.Aci, again, isProven: false, now);
        });
        Assert.Equal((ServerLimits.ReportsOfPeer + 2, ServerLimits.ReportsOfPeer), scene.Here.Home.Reports.Count());
        await scene.Here.Database.WriteAsync(session =>
        {
            SpamReports.DeleteAbout(session, about.Account.Aci);
            return true;
        });
        Assert.Equal((0, 0), scene.Here.Home.Reports.Count());
    }

    [Fact]
    public async Task Whoever_asks_for_their_data_hears_which_servers_know_them()
    {
        await using var scene = await Neighbours.StartAsync(others: 2);
        var account = await scene.Here.AddAccountAsync();
        await scene.Here.Database.WriteAsync(session => session.Run(
            "INSERT INTO account_follower (aci, peer) VALUES (?1, ?2)",
            AccountStore.Bytes(account.Account.Aci),
            (long)scene.Others[1].Identity.Tag.Value));
        var report = (await scene.Here.AskAsync("GET", "/v2/accounts/data_report", account.Caller)).Read();
        Assert.Equal("[\"1.example\"]", report["data"]!["account"]!["knownToServers"]!.ToJsonString());
        Assert.Contains("Servers that know its devices: 1.example\n", (string)report["text"]!);
    }

    private static async Task<int> ReportAsync(
        Neighbours scene, TestAccount reporter, Guid about, Guid message, ReadOnlyMemory<byte> body = default) =>
        (await scene.Here.AskAsync("POST", $"/v1/messages/report/{about}/{message}", reporter.Caller, body)).Status;

    private static List<Item> Waiting(TestServer server) => server.Database.Read(session =>
        session.Query("SELECT item FROM outbox ORDER BY number", row => Item.Parser.ParseFrom((byte[])row[0])));
}
