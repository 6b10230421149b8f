using Fluister.ServerTests.Federation;

namespace Fluister.ServerTests.Messages;

/// <summary>A device that registers anew while a message is on its way into its mailbox.</summary>
public sealed class AnewTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_gets_nothing_that_was_for_the_one_before(bool isPni)
    {
        await using var server = new TestServer();
        var (from, to) = (await server.AddAccountAsync(), await server.AddAccountAsync(devices: 2));
        var (name, add) = (isPni ? $"PNI:{to.Account.Pni}" : to.Account.Aci.ToString(), isPni ? 1000 : 0);
        var body = Sending.Body((1, 1001 + add), (2, 1002 + add));
        Assert.Equal(200, (await Sending.SendAsync(server, name, body, from.Caller)).Status);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var blocked = server.Database.WriteAsync(_ =>
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromMinutes(1));
        });
        begun.Wait(TestContext.Current.CancellationToken);
        var anew = server.Home.Accounts.UpdateAsync(
            to.Account.Aci, account => account.With(2, device => device with { RegistrationId = 9, PniRegistrationId = 10 }));
        var sending = Sending.SendAsync(server, name, body, from.Caller);
        gate.Set();
        await Task.WhenAll(blocked, anew);
        Assert.Equal((410, """{"staleDevices":[2]}"""), await sending);
        Assert.Equal((1, 1), (server.Numbers(to, 1).Count, server.Numbers(to, 2).Count));
        var fresh = Sending.Body((1, 1001 + add), (2, isPni ? 10 : 9));
        Assert.Equal(200, (await Sending.SendAsync(server, name, fresh, from.Caller)).Status);
        Assert.Equal((2, 2), (server.Numbers(to, 1).Count, server.Numbers(to, 2).Count));
    }
}
