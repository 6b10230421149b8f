using System.Text;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Messages;

/// <summary>Who may send what to whom, where there are several devices, and what a full or busy database says.</summary>
public sealed class DispatchTests
{
    [Fact]
    public async Task A_sync_message_goes_to_all_own_devices_but_the_one_that_sends()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 3);
        var caller = new Caller(account.Account, account.Account.Devices[1]);
        var target = $"/v1/messages/{account.Account.Aci}";
        var sent = await SendAsync(server, target, Body((1, 1001), (3, 1003)), caller);
        Assert.Equal((200, """{"needsSync":false}"""), sent);
        Assert.Equal([1, 0, 1], Enumerable.Range(1, 3).Select(device => Waiting(server, account, device).Count));
        var envelope = Waiting(server, account, 3)[0];
        Assert.Equal(2u, envelope.SourceDevice);
        Assert.Equal(envelope.SourceServiceId, envelope.DestinationServiceId);

        Assert.Equal(
            (409, """{"missingDevices":[1],"extraDevices":[2]}"""),
            await SendAsync(server, target, Body((2, 1002), (3, 1003)), caller));
        Assert.Equal((403, ""), await SendAsync(server, $"/v1/messages/PNI:{account.Account.Pni}", Body((1, 2001)), caller));
    }

    [Fact]
    public async Task A_sender_with_further_devices_is_told_that_they_should_hear_of_it()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync(devices: 2));
        Assert.Equal(
            (200, """{"needsSync":true}"""),
            await SendAsync(server, $"/v1/messages/{one.Account.Aci}", Body((1, 1001)), two.Caller));
        Assert.Equal(
            (200, """{"needsSync":false}"""),
            await SendAsync(server, $"/v1/messages/{two.Account.Aci}", Body((1, 1001), (2, 1002)), one.Caller));
    }

    [Fact]
    public async Task All_devices_are_reached_or_none()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync(devices: 2));
        var target = $"/v1/messages/{two.Account.Aci}";
        Assert.Equal((409, """{"missingDevices":[2],"extraDevices":[]}"""), await SendAsync(server, target, Body((1, 1001)), one.Caller));
        Assert.Equal((410, """{"staleDevices":[2]}"""), await SendAsync(server, target, Body((1, 1001), (2, 7)), one.Caller));
        Assert.Empty(Waiting(server, two, 1));
        Assert.Empty(Waiting(server, two, 2));
    }

    [Fact]
    public async Task A_disabled_account_is_one_that_is_not_there()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await server.Home.Accounts.UpdateAsync(two.Account.Aci, account => account with { IsDisabled = true });
        Assert.Equal((404, ""), await SendAsync(server, $"/v1/messages/{two.Account.Aci}", Body((1, 1001)), one.Caller));
    }

    [Fact]
    public async Task A_message_without_a_time_bears_the_servers()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await SendAsync(server, $"/v1/messages/{two.Account.Aci}", Body((1, 1001)), one.Caller);
        var envelope = Assert.Single(Waiting(server, two, 1));
        Assert.Equal((ulong)server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), envelope.ClientTimestamp);
        Assert.Equal(envelope.ClientTimestamp, envelope.ServerTimestamp);
    }

    [Fact]
    public async Task A_full_disk_refuses_and_says_when_to_come_again_and_the_server_recovers()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        var target = $"/v1/messages/{two.Account.Aci}";
        var body = Body(50_000, (1, 1001));
        await SendAsync(server, target, body, one.Caller);
        var pages = server.Database.Read(session => session.First("PRAGMA page_count", row => row.GetInt32(0)));
        await Limit(pages);
        var refused = await server.AskAsync("PUT", target, one.Caller, body);
        Assert.Equal(503, refused.Status);
        Assert.Contains(new KeyValuePair<string, string>("Retry-After", "60"), refused.Headers);
        Assert.Single(Waiting(server, two, 1));
        await Limit(pages * 10);
        Assert.Equal(200, (await server.AskAsync("PUT", target, one.Caller, body)).Status);
        Assert.Equal(2, Waiting(server, two, 1).Count);

        Task<int> Limit(int most) =>
            Task.FromResult(server.Database.Read(session => session.First($"PRAGMA max_page_count = {most}", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task Reports_of_spam_are_kept_once_each_and_never_too_many()
    {
        await using var server = new TestServer();
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        await SendAsync(server, $"/v1/messages/{two.Account.Aci}", Body((1, 1001)), one.Caller);
        var envelope = Waiting(server, two, 1)[0];
        var guid = new Guid(envelope.ServerGuid.ToByteArray(), bigEndian: true);
        var token = Encoding.UTF8.GetBytes($$"""{"token":"{{envelope.ReportSpamToken.ToBase64()}}"}""");
        Assert.Equal(202, (await Report(guid, one.Account.Aci.ToString(), token)).Status);
        Assert.Equal(202, (await Report(guid, one.Account.Number!, token)).Status);
        Assert.Equal((1, 1), Kept());
        Assert.Equal(202, (await Report(Guid.NewGuid(), one.Account.Number!, token)).Status);
        Assert.Equal((2, 1), Kept());
        Assert.Equal(202, (await Report(Guid.NewGuid(), Guid.NewGuid().ToString(), token)).Status);
        Assert.Equal((2, 1), Kept());
        await server.Database.WriteAsync(session => session.Run(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
            INSERT INTO report (reporter, source, guid, is_proven, created) SELECT randomblob(16), randomblob(16), randomblob(16), 0,
                0 FROM n
            """,
            ServerLimits.Reports));
        await Report(Guid.NewGuid(), one.Account.Number!, token);
        Assert.Equal((ServerLimits.Reports, 0), Kept());

        // The operator sees how many there are about each account that are not too old.
        await Report(Guid.NewGuid(), two.Account.Number!, token);
        Assert.Equal((1, 1), Listed());
        server.Clock.Advance(ServerLimits.ReportAge);
        Assert.Equal((0, 0), Listed());
        await Report(Guid.NewGuid(), one.Account.Number!, token);
        await Report(Guid.NewGuid(), one.Account.Number!, token);
        Assert.Equal((2, 0), Listed());
        await server.Database.WriteAsync(session => session.Run("DELETE FROM report WHERE id < (SELECT MAX(id) FROM report)"));

        // They go when they are old.
        server.Clock.Advance(ServerLimits.ReportAge - TimeSpan.FromMilliseconds(1));
        await server.Home.Reports.PurgeAsync();
        Assert.Equal((1, 0), Kept());
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await server.Home.Reports.PurgeAsync();
        Assert.Equal(0, server.Home.Reports.Count().All);

        ValueTask<Response> Report(Guid message, string source, byte[] body) =>
            server.AskAsync("POST", $"/v1/messages/report/{Uri.EscapeDataString(source)}/{message}", two.Caller, body);

        (int, int) Listed()
        {
            var listed = ListedAccount.All(server.Database, server.Clock.GetUtcNow())
                .ToDictionary(account => account.Aci, account => account.Reports);
            return (listed[one.Account.Aci], listed[two.Account.Aci]);
        }

        (int, int) Kept() => server.Database.Read(session => session.First(
            "SELECT COUNT(*), SUM(is_proven) FROM report", row => (row.GetInt32(0), row.GetInt32(1))));
    }

    private static byte[] Body(params (int Device, int RegistrationId)[] devices) => Body(3, devices);

    private static byte[] Body(int size, params (int Device, int RegistrationId)[] devices)
    {
        var content = Convert.ToBase64String(new byte[size]);
        var messages = devices.Select(device =>
            $$"""{"type":1,"destinationDeviceId":{{device.Device}},"destinationRegistrationId":{{device.RegistrationId}}"""
                + $$""","content":"{{content}}"}""");
        return Encoding.UTF8.GetBytes($$"""{"messages":[{{string.Join(',', messages)}}],"timestamp":0}""");
    }

    private static async Task<(int Status, string Body)> SendAsync(TestServer server, string target, byte[] body, Caller? caller)
    {
        var response = await server.AskAsync("PUT", target, caller, body);
        return (response.Status, Encoding.UTF8.GetString(response.Body.Span));
    }

    private static List<Envelope> Waiting(TestServer server, TestAccount account, int device) =>
        [.. server.Home.Mailboxes.Read(new MailboxKey(account.Account.Aci, device), 0)
            .Select(letter => Envelope.Parser.ParseFrom(letter.Envelope))];
}
