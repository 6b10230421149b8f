namespace Fluister.ServerTests.Enumeration;

/// <summary>Who does not say who they are does not find out who has an account: not by status, headers or body, and not by how much the
/// database was asked, whether it was asked before or not. What Signal's own rules tell of accounts, they do not tell of disabled
/// ones.</summary>
public sealed class EnumerationTests
{
    // What nobody is told who does not say who they are, or of a device that no account has.
    private static readonly string[] Nobodys =
    [
        "profile of a number", "keys of a number", "password of a device", "credential of SVR", "gRPC keys of everybody",
    ];

    [Fact]
    public Task Without_a_right_secret_an_account_a_disabled_one_and_none_are_answered_alike_at_the_same_cost() => CompareAsync(
        questions => questions.WithSecrets, [TargetKind.Unknown, TargetKind.Known, TargetKind.Keyless, TargetKind.Disabled]);

    [Fact]
    public Task A_disabled_account_is_as_good_as_none_where_anybody_may_ask() => CompareAsync(
        questions => questions.Open, [TargetKind.Unknown, TargetKind.Disabled]);

    [Fact]
    public async Task Every_question_is_one_that_tells_those_who_may_know()
    {
        // A question that is answered alike only because it is not understood would show nothing.
        await using var server = new TestServer();
        var questions = new Questions(server);
        foreach (var (name, ask) in questions.Open.Concat(questions.WithSecrets).Where(question => !Nobodys.Contains(question.Key)))
        {
            var (friend, unknown) = (await Target.MakeAsync(server, TargetKind.Friend), await Target.MakeAsync(server, TargetKind.Unknown));
            var (told, nothing) = (await ask(friend), await ask(unknown));
            Assert.True(told != nothing, $"{name}: {told}");
        }
    }

    private static async Task CompareAsync(
        Func<Questions, Dictionary<string, Func<Target, Task<string>>>> which, TargetKind[] kinds)
    {
        await using var server = new TestServer();

        // Whoever asks first has the peers read, whomever they ask for.
        _ = server.Home.Relay.Peers.All;
        var differences = new List<string>();
        foreach (var (name, ask) in which(new Questions(server)))
        {
            var seen = new Dictionary<TargetKind, List<string>>();
            foreach (var kind in kinds)
            {
                var target = await Target.MakeAsync(server, kind);
                seen[kind] = [];
                for (var i = 0; i < 3; i++)
                {
                    var before = await CostAsync(server);
                    var answer = await ask(target);
                    seen[kind].Add($"{answer}, statements: {await CostAsync(server) - before}");
                }
            }

            differences.AddRange(seen
                .Where(entry => !entry.Value.SequenceEqual(seen[TargetKind.Unknown]))
                .Select(entry => $"{name}, {entry.Key}: {string.Join("; ", entry.Value)}"));
        }

        Assert.Empty(differences);
    }

    // By the writer, behind what it is still at.
    private static Task<long> CostAsync(TestServer server) => server.Database.WriteAsync(session => session.Runs);
}
