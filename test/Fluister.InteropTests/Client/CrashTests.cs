using System.Globalization;
using Fluister.InteropTests.Client.Crashes;
using Fluister.InteropTests.SqlCipher;

namespace Fluister.InteropTests.Client;

/// <summary>The crash matrix: whatever is killed whenever, nothing is lost, nothing is shown twice, and the conversation goes on.</summary>
public sealed class CrashTests
{
    private static int Kills => Number("FLUISTER_KILLS", 20);

    private static int Seed => Number("FLUISTER_FUZZ_SEED", 11);

    [Fact]
    public async Task Nothing_is_lost_and_nothing_shown_twice_whatever_is_killed()
    {
        using var run = new CrashRun(Seed);
        await run.RunAsync(Kills);
        var (anna, ben) = (run.Parties[0], run.Parties[1]);
        var histories = run.Parties.Select(Shown.Read).ToList();
        var texts = CompareHistories(histories[0], histories[1], run.Talkers[0])
            + CompareHistories(histories[1], histories[0], run.Talkers[1]);
        Assert.All(run.Talkers, talker => Assert.All(talker.Tellings, told => Assert.True(told.Value == 1, $"{told.Key} was told twice.")));
        Assert.DoesNotContain(run.Talkers.SelectMany(talker => talker.Faults), fault => fault.Contains("-326", StringComparison.Ordinal));
        foreach (var party in run.Parties)
        {
            using var key = party.OpenKey();
            Assert.Equal("ok\n", OfficialStore.Check(party.Folder.Database, key));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Seed {Seed}: killed {anna.Name} {run.Kills[0]}, {ben.Name} {run.Kills[1]}, the server {run.Kills[2]} times "
            + $"({run.Kills[3]} at a line of output; {run.Kills[4]} once more while starting); "
            + $"{run.Talkers.Sum(talker => talker.Deeds.Count)} deeds, {texts} messages compared, "
            + $"{run.Talkers.Sum(talker => talker.Faults.Count)} refused: {string.Join("; ",
                run.Talkers.SelectMany(t => t.Faults).Distinct().Take(8))}");
    }

    /// <summary>What one wrote stands in both histories once, in the same order and the same state.</summary>
    private static int CompareHistories(IReadOnlyList<Shown> writer, IReadOnlyList<Shown> reader, Talker talker)
    {
        var written = writer.Where(message => message.IsOwn).ToList();
        var read = reader.Where(message => !message.IsOwn).ToList();
        Assert.Distinct(read.Select(message => message.SentAt));
        Assert.Distinct(written.Select(message => message.Mark).Where(mark => mark.Length > 0));

        Assert.True(written.Select(message => message.SentAt).SequenceEqual(read.Select(message => message.SentAt)),
            $"Written:\n{Told(written, talker)}\nRead:\n{Told(read, talker)}");
        Assert.Equal(written.Select(message => message with { IsOwn = false }), read);

        // What the daemon has answered for is there.
        var times = written.Select(message => message.SentAt).ToHashSet();
        Assert.All(talker.Deeds.Where(deed => deed is { Kind: DeedKind.Text or DeedKind.File, Timestamp: not null }),
            deed => Assert.True(times.Contains(deed.Timestamp!.Value), $"{deed.Mark} is lost."));
        return written.Count;
    }

    private static string Told(IEnumerable<Shown> messages, Talker talker)
    {
        var files = talker.Deeds.Where(deed => deed.Kind == DeedKind.File).Select(deed => deed.Mark).ToHashSet();
        return string.Join(' ', messages.Select(message =>
            $"{message.SentAt}{(message.IsErased ? "x" : message.Mark)}{(files.Contains(message.Mark) ? "+" : "")}"));
    }

    private static int Number(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
