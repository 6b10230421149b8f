using System.Text.Json.Nodes;

namespace Fluister.ServerTests.Hostile;

/// <summary>The same thing asked for many times at once: it is given as often as it is there.</summary>
public sealed class RaceTests : IAsyncDisposable
{
    private readonly TestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_invite_of_one_use_registers_one_of_many_who_race_for_it()
    {
        var invite = await Registrant.InviteAsync(_server);
        var people = Enumerable.Range(0, 8).Select(i => new Registrant(_server, $"+3161234500{i}")).ToList();
        var sessions = new List<string>();
        foreach (var one in people)
        {
            try
            {
                sessions.Add(await one.VerifyAsync(invite));
            }
            catch (Xunit.Sdk.XunitException)
            {
                // The invite is spoken for already.
                break;
            }
        }

        var statuses = await Task.WhenAll(sessions.Select((session, i) => Task.Run(async () =>
            (await people[i].RegisterAsync(new JsonObject { ["sessionId"] = session })).Status)));
        Assert.Equal(1, statuses.Count(status => status == 200));
        Assert.DoesNotContain(statuses, status => status >= 500);
    }

    [Fact]
    public async Task One_session_registers_once_however_often_it_is_shown()
    {
        var invite = await Registrant.InviteAsync(_server, uses: 5);
        var person = new Registrant(_server, "+31612345678");
        var session = await person.VerifyAsync(invite);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            (await person.RegisterAsync(new JsonObject { ["sessionId"] = session })).Status)));
        Assert.Contains(200, statuses);
        Assert.DoesNotContain(statuses, status => status >= 500);
        Assert.NotNull(_server.Home.Accounts.FindByNumber("+31612345678"));
    }
}
