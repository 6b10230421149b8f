using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForkingTests.Perl;

/// <summary>Small configurations, given to the old tool in Perl and to ours: the same acceptance and the same tree.</summary>
/// <remarks>What the old tool makes of them is kept in perl.golden, so that ours is compared where the old one is not to be had; where it
/// is (FLUISTER_UPSTREAMS/not-forking), perl.golden is compared with it, and with FLUISTER_GOLDEN=FILE written anew.</remarks>
public sealed class PerlComparisonTests : IDisposable
{
    private static readonly string[] CaseFiles =
    [
        "headers.cases", "conditions.cases", "versions.cases", "replace.cases", "append.cases", "sed.cases", "patch.cases",
        "output.cases",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("not-fork-perl-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Ours_does_what_the_old_tool_did()
    {
        var golden = Golden();
        var runner = new PerlRunner(_folder);
        var wrong = new List<string>();
        foreach (var one in AllCases())
        {
            var (result, message) = runner.Ours(one);
            wrong.AddRange(Differences(one, golden.GetValueOrDefault(one.Name, "missing"), result, message));
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {golden.Count} differ:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void The_old_tool_does_what_was_written_down()
    {
        var tool = PerlTool.Find(Directory.CreateDirectory(Path.Combine(_folder, "tool")).FullName);
        Assert.SkipWhen(tool is null, "The old tool is not here: FLUISTER_UPSTREAMS/not-forking.");
        // Two at a time, each with a cache of its own.
        var runners = new[] { Runner("1"), Runner("2") };
        var found = AllCases().Index().GroupBy(one => one.Index % runners.Length).AsParallel()
            .SelectMany(part => part.Select(one => (one.Index, one.Item.Name, Result: Short(runners[part.Key].Perls(one.Item, tool!)))))
            .OrderBy(one => one.Index).ToDictionary(one => one.Name, one => one.Result, StringComparer.Ordinal);
        if (Environment.GetEnvironmentVariable("FLUISTER_GOLDEN") is { } file)
        {
            File.WriteAllLines(file, found.Select(pair => $"{pair.Value} {pair.Key}"));
        }

        var golden = Golden();
        Assert.Equal(
            found.Select(pair => $"{pair.Key} {pair.Value}"), found.Keys.Select(name => $"{name} {golden.GetValueOrDefault(name)}"));
    }

    [Fact]
    public void More_random_configurations_come_out_alike()
    {
        var tool = PerlTool.Find(Directory.CreateDirectory(Path.Combine(_folder, "tool")).FullName);
        Assert.SkipWhen(tool is null, "The old tool is not here: FLUISTER_UPSTREAMS/not-forking.");
        var count = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_RANDOM_CONFIGURATIONS") ?? "10");
        var seed = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_SEED") ?? "100");
        var runner = new PerlRunner(_folder);
        var wrong = new List<string>();
        foreach (var one in RandomCases.Of(seed, count))
        {
            var perl = runner.Perls(one, tool!);
            var (result, message) = runner.Ours(one);
            foreach (var difference in Differences(one, Short(perl), result, message).Where(_ => !RandomCases.IsDefect(message)))
            {
                wrong.Add($"{difference}\n{RandomCases.Show(one)}\nPerl:\n{perl}\nours:\n{result}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong.Take(10)));
    }

    private PerlRunner Runner(string name) => new(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName);

    private static IEnumerable<PerlCase> AllCases() =>
        [.. CaseFiles.SelectMany(file => PerlCase.Read(Resource(file))), .. RandomCases.Of(1, 40), .. RandomCases.Of(2, 40)];

    private static IEnumerable<string> Differences(PerlCase one, string expected, string result, string message)
    {
        var ours = Short(result);
        if (one.OursRefuses is { } why)
        {
            // A defect: the old tool accepts, ours says why it does not.
            if (expected == PerlRunner.Refused || ours != PerlRunner.Refused || !message.Contains(why, StringComparison.Ordinal))
            {
                yield return $"{one.Name}: old {expected}, ours {ours}; \"{message}\" should say \"{why}\"";
            }
        }
        else if (ours != expected && !(one.Name.StartsWith("random", StringComparison.Ordinal) && RandomCases.IsDefect(message)))
        {
            yield return $"{one.Name}: old {expected}, ours {ours} {message}";
        }
        else if (one.Says is { } says && !message.Contains(says, StringComparison.Ordinal))
        {
            yield return $"{one.Name}: \"{message}\" should say \"{says}\"";
        }
    }

    private static string Short(string result) =>
        result == PerlRunner.Refused ? result : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result)))[..16];

    private static Dictionary<string, string> Golden() => Resource("perl.golden").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 2)).ToDictionary(line => line[1], line => line[0], StringComparer.Ordinal);

    private static string Resource(string name)
    {
        using var stream = typeof(PerlComparisonTests).Assembly.GetManifestResourceStream(name) ??
            throw new InvalidOperationException($"There is no {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
