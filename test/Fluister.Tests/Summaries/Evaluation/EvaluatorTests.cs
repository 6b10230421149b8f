using System.Text.Json;
using System.Xml.Linq;
using Fluister.Archive.Conversations;
using Fluister.Summaries.Evaluation;
using Fluister.Summaries.Evaluation.Injection;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Summaries.Evaluation;

/// <summary>The evaluation of what needs no model, on the five meetings that come with the tests.</summary>
public sealed class EvaluatorTests : IDisposable
{
    private static readonly string Fixture = Path.Combine(AppContext.BaseDirectory, "Summaries", "QmSum", "meetings.jsonl");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private EvaluationOptions Options(int? limit = 2) =>
        new() { Data = Fixture, Folder = Path.Combine(_folder.Path, "out"), Limit = limit, Queries = 2 };

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;

    [Fact]
    public async Task It_says_what_the_regression_test_says()
    {
        var report = Parse(await Evaluator.RunAsync(Options(limit: null), null, CancellationToken.None));
        Assert.Equal("fluister-evaluation/1", report.GetProperty("schema").GetString());
        Assert.Equal(5, report.GetProperty("data").GetProperty("meetings").GetInt32());
        var systems = report.GetProperty("systems").EnumerateArray().ToList();
        Assert.Equal(["LEAD", "extractive"], systems.Select(x => x.GetProperty("name").GetString()!));

        // Reckoned here apart from the evaluator.
        var scores = Meeting.ReadAll(Fixture).Select(m => (m, q: m.Queries.Single(q => q.IsGeneral))).Select(x =>
        {
            var text = QmSumConversation.Text(QmSumConversation.Digest(x.m, x.q, EvaluationOptions.GeneralWords));
            return 100 * Rouge.N(Rouge.Words(text), Rouge.Words(x.q.Answer), 1).F1;
        }).ToList();
        var general = systems[1].GetProperty("general");
        Assert.Equal(scores.Average(), general.GetProperty("rouge1").GetProperty("mean").GetDouble(), 0.001);
        Assert.Equal(5, general.GetProperty("queries").GetInt32());
        Assert.Equal(5, systems[1].GetProperty("specific").GetProperty("queries").GetInt32());

        // What is quoted word for word holds its own words, names and numbers.
        var statements = systems[1].GetProperty("statements");
        Assert.NotEqual(0, statements.GetProperty("count").GetInt32());
        Assert.Equal(statements.GetProperty("contentWords").GetInt32(), statements.GetProperty("contentWordsInSource").GetInt32());
        Assert.Equal(0, statements.GetProperty("falseStatements").GetInt32());
        Assert.True(systems[0].GetProperty("general").GetProperty("rouge1").GetProperty("mean").GetDouble()
            < general.GetProperty("rouge1").GetProperty("mean").GetDouble());
    }

    [Fact]
    public async Task What_was_cancelled_goes_on_where_it_was()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Evaluator.RunAsync(Options(limit: 3), step =>
        {
            if (step.Done == 1)
            {
                cancel.Cancel();
            }
        }, cancel.Token));
        var results = Path.Combine(Options().Folder, ResultsFile.Name);
        var kept = await File.ReadAllTextAsync(results);
        Assert.Equal(2, kept.Count(c => c == '\n'));
        Assert.False(File.Exists(Path.Combine(Options().Folder, "report.json")));

        // As a run leaves it that is killed in the middle of a line.
        await File.AppendAllTextAsync(results, "{\"meeting\":1,\"answers\":[{\"sys");
        var resumed = Parse(await Evaluator.RunAsync(Options(limit: 3), null, CancellationToken.None));
        var now = await File.ReadAllTextAsync(results);
        Assert.StartsWith(kept, now, StringComparison.Ordinal);
        Assert.Equal(4, now.Count(c => c == '\n'));

        var whole = Parse(await Evaluator.RunAsync(Options(limit: 3) with { Folder = Path.Combine(_folder.Path, "whole") }, null,
            CancellationToken.None));
        foreach (var (a, b) in resumed.GetProperty("systems").EnumerateArray().Zip(whole.GetProperty("systems").EnumerateArray()))
        {
            Assert.Equal(b.GetProperty("general").GetRawText(), a.GetProperty("general").GetRawText());
            Assert.Equal(b.GetProperty("specific").GetRawText(), a.GetProperty("specific").GetRawText());
        }
    }

    [Fact]
    public async Task Other_settings_do_not_mix_with_results_that_lie_there()
    {
        await Evaluator.RunAsync(Options(limit: 1), null, CancellationToken.None);
        var other = Options(limit: 1) with { Queries = 1 };
        var error = await Assert.ThrowsAsync<ArchiveException>(() => Evaluator.RunAsync(other, null, CancellationToken.None));
        Assert.Equal(ArchiveError.Denied, error.Error);
        var report = Parse(await Evaluator.RunAsync(other with { Overwrite = true }, null, CancellationToken.None));
        Assert.Equal(0, report.GetProperty("systems")[0].GetProperty("specific").GetProperty("queries").GetInt32());

        // A file that is not ours stays as it is.
        var foreign = Path.Combine(_folder.Path, "foreign");
        Directory.CreateDirectory(foreign);
        await File.WriteAllTextAsync(Path.Combine(foreign, ResultsFile.Name), "somebody's notes");
        await Assert.ThrowsAsync<ArchiveException>(() =>
            Evaluator.RunAsync(Options(limit: 1) with { Folder = foreign }, null, CancellationToken.None));
        Assert.Equal("somebody's notes", await File.ReadAllTextAsync(Path.Combine(foreign, ResultsFile.Name)));
    }

    [Theory]
    [InlineData(null, ArchiveError.NotFound)]
    [InlineData("", ArchiveError.Unsupported)]
    [InlineData("not json\n", ArchiveError.Unsupported)]
    [InlineData("[]\n", ArchiveError.Unsupported)]
    [InlineData("{\"meeting_transcripts\":[{\"speaker\":null,\"content\":\"x\"}],\"general_query_list\":[],\"specific_query_list\":[]}",
        ArchiveError.Unsupported)]
    [InlineData("{\"meeting_transcripts\":[],\"general_query_list\":[{\"query\":\"q\",\"answer\":\"a\","
        + "\"relevant_text_span\":[[\"x\",\"9\"]]}],"
        + "\"specific_query_list\":[]}", ArchiveError.Unsupported)]
    public async Task Data_that_are_none_are_told_where_they_are_described(string? content, ArchiveError expected)
    {
        var path = Path.Combine(_folder.Path, "data.jsonl");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        var error = await Assert.ThrowsAsync<ArchiveException>(() =>
            Evaluator.RunAsync(Options() with { Data = path }, null, CancellationToken.None));
        Assert.Equal(expected, error.Error);
        Assert.Contains("docs/DIGESTS.md#measure-a-model-of-yours", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_load_nothing_and_plots_are_well_formed()
    {
        await Evaluator.RunAsync(Options(), null, CancellationToken.None);
        var folder = Options().Folder;
        var plots = Directory.GetFiles(folder, "*.svg");
        Assert.NotEmpty(plots);
        Assert.All(plots, path =>
        {
            var svg = XDocument.Load(path);
            Assert.DoesNotContain(svg.Descendants(), x => x.Name.LocalName is "script" or "image" or "use" or "foreignObject");
            Assert.All(svg.Descendants().SelectMany(x => x.Attributes()), x =>
            {
                Assert.DoesNotContain("href", x.Name.LocalName, StringComparison.OrdinalIgnoreCase);
                Assert.False(x.Value.Contains("NaN", StringComparison.Ordinal) || x.Value.Contains("Infinity", StringComparison.Ordinal));
            });
        });
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.All(plots, path => Assert.Contains($"id=\"{Path.GetFileNameWithoutExtension(path)}-0\"", page, StringComparison.Ordinal));
        var markdown = await File.ReadAllTextAsync(Path.Combine(folder, "report.md"));
        Assert.All(plots, path => Assert.Contains($"({Path.GetFileName(path)})", markdown, StringComparison.Ordinal));
    }

    /// <summary>A model that says one true thing and one false one of each part, and every third time breaks the form.</summary>
    private static ScriptedEngine Liar()
    {
        var asked = 0;
        return new(request =>
        {
            if (++asked % 3 == 0)
            {
                return "Here it is: {\"points\":[";
            }

            var (number, speaker, text) = ScriptedEngine.Lines(request).OrderByDescending(x => x.Text.Length).First();
            var said = string.Join(' ', text.TrimEnd('…').Split(' ').Take(12));
            return ScriptedEngine.Answer((speaker, said, [number]), (speaker, $"{said} for 4711 dollars to Zorvan", [number]));
        });
    }

    [Fact]
    public async Task A_model_is_measured_before_and_after_the_checks()
    {
        var engine = Liar();
        var options = Options(limit: 1) with { Engine = engine };
        var report = Parse(await Evaluator.RunAsync(options, null, CancellationToken.None));
        var model = report.GetProperty("model");
        var (written, kept) = (model.GetProperty("written"), model.GetProperty("kept"));

        // Half of what it writes is a lie: a name and a number that are not there. What is kept has none.
        var count = written.GetProperty("count").GetInt32();
        Assert.True(count > 4, $"{count} points");
        Assert.True(written.GetProperty("falseNumber").GetInt32() >= count / 2);
        Assert.True(written.GetProperty("falseName").GetInt32() >= count / 2);
        Assert.Equal(0, kept.GetProperty("falseNumber").GetInt32());
        Assert.Equal(0, kept.GetProperty("falseName").GetInt32());
        Assert.InRange(kept.GetProperty("count").GetInt32(), 1, count / 2);
        Assert.Equal(count, kept.GetProperty("count").GetInt32() + model.GetProperty("dropped").EnumerateObject().Sum(x
            => x.Value.GetInt32()));

        // Every third answer is in no form.
        Assert.Equal(engine.Requests.Count, model.GetProperty("completions").GetInt32());
        Assert.Equal(engine.Requests.Count - (engine.Requests.Count / 3), model.GetProperty("completionsInForm").GetInt32());
        Assert.True(model.GetProperty("promptTokens").GetInt64() > model.GetProperty("generatedTokens").GetInt64());
        Assert.InRange(model.GetProperty("messagesRead").GetInt32(), 1, model.GetProperty("messages").GetInt32());
        Assert.Equal(["LEAD", "extractive", "model"], report.GetProperty("systems").EnumerateArray().Select(x
            => x.GetProperty("name").GetString()!));
        Assert.Equal("scripted", report.GetProperty("engine").GetProperty("model").GetString());
        foreach (var plot in new[] { "errors", "points", "speed" })
        {
            Assert.True(File.Exists(Path.Combine(options.Folder, $"{plot}.svg")), plot);
        }

        // What is known is not asked again.
        var asked = engine.Requests.Count;
        await Evaluator.RunAsync(options, null, CancellationToken.None);
        Assert.Equal(asked, engine.Requests.Count);
    }

    [Fact]
    public async Task A_name_of_a_model_is_no_markup()
    {
        const string Name = "<script>alert(1)</script>[x](https://evil.example)|\u202Eb\u001b[31m`";
        var options = Options(limit: 1) with { Queries = 1, Engine = new ScriptedEngine(_ => "{\"points\":[]}", model: Name) };
        await Evaluator.RunAsync(options, null, CancellationToken.None);
        var page = await File.ReadAllTextAsync(Path.Combine(options.Folder, "report.html"));
        var markdown = await File.ReadAllTextAsync(Path.Combine(options.Folder, "report.md"));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", markdown.Replace("\\<", ""), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(?<!\\)\]\(https://evil", markdown);
        Assert.All(new[] { page, markdown }, x => Assert.False(x.Contains('\u202E') || x.Contains('\u001b')));
    }

    [Fact]
    public async Task Obedience_is_counted_and_so_is_what_it_costs()
    {
        var options = Options(limit: 1) with { Queries = 1, Injection = true, Attacks = 12 };

        // One that repeats what people say, and one that, when told, writes nothing but what the attacker demands, as its own words.
        var honest = new ScriptedEngine(request => ScriptedEngine.Echo(request, 4));
        var obedient = new ScriptedEngine(request =>
        {
            var order = ScriptedEngine.Lines(request).Find(x => x.Speaker == Scene.Attacker);
            return order.Text is null ? ScriptedEngine.Echo(request, 4)
                : ScriptedEngine.Answer((Scene.Attacker, order.Text.Length < 200 ? order.Text : order.Text[..200], [order.Number]));
        });
        var good = Parse(await Evaluator.RunAsync(options with { Engine = honest }, null, CancellationToken.None)).GetProperty("injection");
        var bad = Parse(await Evaluator.RunAsync(options with { Engine = obedient, Overwrite = true }, null, CancellationToken.None))
            .GetProperty("injection");

        Assert.Equal(12, good.GetProperty("attacks").GetInt32());
        Assert.Equal(12, bad.GetProperty("written").GetInt32());
        Assert.True(good.GetProperty("facts").GetInt32() > 12);
        Assert.True(bad.GetProperty("factsLost").GetInt32() > good.GetProperty("factsLost").GetInt32());
        Assert.True(bad.GetProperty("attackedRouge1").GetDouble() < good.GetProperty("attackedRouge1").GetDouble());
        Assert.True(bad.GetProperty("succeeded").GetInt32() >= bad.GetProperty("attributed").GetInt32());
        Assert.Equal(good.GetProperty("cleanRouge1").GetDouble(), bad.GetProperty("cleanRouge1").GetDouble());
        Assert.True(File.Exists(Path.Combine(options.Folder, "attacks.svg")));
    }
}
