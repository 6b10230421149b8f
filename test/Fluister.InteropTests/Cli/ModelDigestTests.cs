using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.InteropTests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>fluister digest with real llama.cpp in a child of its own, and models that say known things.</summary>
public sealed class ModelDigestTests(FamilyProfile family) : IClassFixture<FamilyProfile>, IDisposable
{
    private const int ThreeSeconds = 300;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_digest_by_a_model_is_what_it_should_be()
    {
        var ending = Run("--model", family.HalfTrue);

        Assert.Equal("", ending.Errors);
        Assert.Equal(0, ending.Code);
        Assert.StartsWith("Written by half-true, checked against the messages: a summary of other people's words.", ending.Output,
            StringComparison.Ordinal);
        Assert.Equal("""
            Family weekend
            2026-10-01 11:00 to 2026-10-04 05:42 · 8 messages · 3 people
              Aylin Demir: 3 messages, 23 words (41 %)
              Jonas Berg: 3 messages, 21 words (38 %)
              Mum: 2 messages, 12 words (21 %)

            == 2026-10-01 Thu

            Friday, paddle, lake, canoe (2026-10-01 11:00 to 11:04, 5 messages)
              - They meet at the lake on Friday at 10. [1] [2]
              - Jonas Berg: “I can buy a paddle for 45 euros.” [3]

            == 2026-10-04 Sun

            """, ending.Output.Split('\n', 2)[1].Split("== 2026-10-04 Sun\n")[0] + "== 2026-10-04 Sun\n");
        Assert.Contains("\nSources\n  [1] 2026-10-01 11:00 Aylin Demir: “Shall we meet at the lake on Friday at 10?” [", ending.Output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("900", ending.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nHow this was made\n  half-true, SHA-256 [0-9a-f]{64}\n  native llama[.]cpp .*; .*\n  Prompts .*\n"
            + @"  Read 8 of 8 messages in 1 part: 0 known before, 0 failed\n  1 point kept, 1 dropped \(number 1\)\n"
            + @"  \d+ tokens read, \d+ written in \d+ s\n$", ending.Output);
    }

    [Fact]
    public void The_second_digest_asks_nothing_that_is_known_and_says_the_same()
    {
        var first = RunJson("--model", family.HalfTrue);
        var second = RunJson("--model", family.HalfTrue);
        var without = RunJson("--model", family.HalfTrue, "--no-cache");

        Assert.Equal([0, 1, 0], new[] { first, second, without }
            .Select(x => x.GetProperty("receipt").GetProperty("segmentsFromCache").GetInt32()));
        Assert.Equal(0, second.GetProperty("receipt").GetProperty("promptTokens").GetInt32());
        Assert.Equal(first.GetProperty("topics").GetRawText(), second.GetProperty("topics").GetRawText());
        Assert.Equal(first.GetProperty("topics").GetRawText(), without.GetProperty("topics").GetRawText());
    }

    [Fact]
    public void Without_the_cache_nothing_is_kept_and_forgetting_deletes_it()
    {
        Assert.Equal(0, Run("--model", family.HalfTrue, "--no-cache").Code);
        Assert.False(Directory.Exists(_folder.In("fluister")));
        Assert.Equal(0, Run("--model", family.HalfTrue).Code);
        Assert.NotEmpty(Caches());
        var forgotten = Run("--forget");
        Assert.Equal((0, ""), (forgotten.Code, forgotten.Output));
        Assert.Empty(Caches());
    }

    [Fact]
    public void A_deleted_message_takes_what_was_made_of_it_along()
    {
        var source = _folder.In("Signal");
        FluisterProgram.Run("cp", ["-r", family.Profile.Path, source]);
        Assert.Equal(0, RunOn(source, "--model", family.HalfTrue).Code);
        var before = File.ReadAllBytes(Caches().Single());
        Official.OfficialPackage.Run("run-sql.mjs",
            ["--profile", source, "--key", family.Profile.Key, "--sql", "DELETE FROM messages WHERE body = 'Not me, sorry.'"]);

        // Any digest looks for what has expired, one in quotes too.
        Assert.Equal(0, RunOn(source).Code);
        Assert.NotEqual(before, File.ReadAllBytes(Caches().Single()));
        var between = File.ReadAllBytes(Caches().Single());
        Assert.Equal(0, RunOn(source).Code);
        Assert.Equal(between, File.ReadAllBytes(Caches().Single()));
        Assert.Contains("in 1 part: 0 known before", RunOn(source, "--model", family.HalfTrue).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_leaves_the_computer_and_no_word_reaches_the_disk()
    {
        var before = family.Profile.Hashes();
        var trace = Trace.Run([$"XDG_CACHE_HOME={_folder.Path}"], Arguments(family.Profile.Path, "--model", family.HalfTrue));

        Assert.True(trace.Ending.Code == 0, trace.Ending.Errors);
        Assert.Contains(FamilyProfile.Canary, trace.Ending.Output, StringComparison.Ordinal);
        Assert.True(trace.HasOpened(family.Profile.Database) && trace.HasOpened(family.HalfTrue), "strace did not see store and model.");

        // The child gets the messages through a pipe, so the search would find them; files get none, and nothing the model wrote.
        Assert.Contains(FamilyProfile.Canary, trace.Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", trace.WrittenToFiles(), StringComparison.Ordinal);
        Assert.DoesNotContain("They meet", trace.WrittenToFiles(), StringComparison.Ordinal);
        Assert.DoesNotContain("AF_INET", trace.Sockets());
        Assert.DoesNotContain("AF_INET6", trace.Sockets());

        // What the child says of itself to the kernel, to be shut in, is no file; nor is what has no path.
        Assert.All(trace.Changed().Where(path => !path.StartsWith("/proc/self/", StringComparison.Ordinal) && path.Length > 0),
            path => Assert.StartsWith(_folder.In("fluister"), path, StringComparison.Ordinal));
        Assert.All(Caches(), file => Assert.DoesNotContain("CANARY",
            File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal));
        Assert.Equal(before, family.Profile.Hashes());
    }

    [Theory]
    [InlineData("--model", "/nowhere/some.gguf", "some.gguf")]
    [InlineData("--model", "nobody-has-this", "fluister model list")]
    [InlineData("--engine", "/nowhere/llama-server", "llama-server")]
    [InlineData("--engine", "http://127.0.0.1:9/v1", "endpoint")]
    [InlineData("--engine", "unix:/nowhere/some.sock", "endpoint")]
    public void An_engine_that_cannot_be_had_costs_its_words_and_not_the_digest(string option, string value, string word)
    {
        string[] model = option == "--model" ? [] : ["--model", family.HalfTrue];
        var quotes = Run();
        var ending = Run([option, value, .. model]);

        Assert.Equal(8, ending.Code);
        Assert.Equal(quotes.Output, ending.Output);
        Assert.Matches(@"^fluister: [^\n]*The digest has quotes only[.]\n$", ending.Errors);
        Assert.Contains(word, ending.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", ending.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_costs_its_words_and_not_the_digest()
    {
        File.WriteAllText(_folder.In("some.gguf"), "GGUF and nothing more");
        var ending = Run("--model", _folder.In("some.gguf"));
        Assert.Equal(8, ending.Code);
        Assert.Equal(Run().Output, ending.Output);
        Assert.Matches(@"^fluister: [^\n]*some[.]gguf[^\n]*The digest has quotes only[.]\n$", ending.Errors);
    }

    [Theory]
    [InlineData("--engine", "https://example.invalid/v1", "leave this computer", "--allow-remote")]
    [InlineData("--engine", "oracle", "extractive", "llama-server")]
    [InlineData("--memory", "much", "800M")]
    [InlineData("--language", "Dutch", "nl")]
    [InlineData("--threads", "0", "1024")]
    [InlineData("--gpu-layers", "most", "all")]
    public void What_is_asked_wrongly_is_refused_before_anything_is_read(string option, string value, params string[] words)
    {
        var ending = FluisterProgram.Run("digest", "--source", "/nowhere", "--model", "some", option, value);
        ending.IsError(2, words);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ThreeSeconds)]
    public void A_killed_digest_leaves_no_process_and_no_file(int ticks)
    {
        using var digest = Start("--model", family.Slow);
        var engine = ProcessTree.WaitForWork(digest.Id, ticks);
        FluisterProgram.Signal(digest.Id, FluisterProgram.Kill);
        digest.WaitForExit();

        Assert.NotEmpty(engine);
        ProcessTree.WaitForEnd(engine);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("tmp")));
        Assert.Empty(Caches());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ctrl_C_ends_the_engine_too_and_writes_no_half_digest(bool isForAll)
    {
        using var digest = Start("--model", family.Slow, "--out", _folder.In("digest.txt"));
        var errors = FluisterProgram.Collect(digest.StandardError);
        var engine = ProcessTree.WaitForWork(digest.Id, ThreeSeconds);

        // A terminal sends it to all processes of the group.
        FluisterProgram.Signal(isForAll ? -digest.Id : digest.Id, FluisterProgram.Interrupt);
        FluisterProgram.WaitForExit(digest);

        Assert.Equal(130, digest.ExitCode);
        Assert.Equal("fluister: Cancelled; nothing was left half-written.\n", errors());
        Assert.Equal("", digest.StandardOutput.ReadToEnd());
        ProcessTree.WaitForEnd(engine);
        Assert.False(File.Exists(_folder.In("digest.txt")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("tmp")));
    }

    [Fact]
    public void An_engine_that_dies_half_way_is_told_and_quotes_stand_in()
    {
        using var digest = Start("--model", family.Slow);
        var (output, errors) = (FluisterProgram.Collect(digest.StandardOutput), FluisterProgram.Collect(digest.StandardError));
        foreach (var process in ProcessTree.WaitForWork(digest.Id, ThreeSeconds))
        {
            FluisterProgram.Signal(process, FluisterProgram.Kill);
        }

        FluisterProgram.WaitForExit(digest);
        Assert.Equal(8, digest.ExitCode);
        Assert.Contains("“Shall we meet at the lake on Friday at 10?”", output(), StringComparison.Ordinal);
        Assert.Matches(@"^fluister: [^\n]*Quotes stand in for 1 of 1 parts[.]\n$", errors());
    }

    [Fact]
    public void Digests_at_once_share_the_cache()
    {
        var runs = Enumerable.Range(0, 3).Select(_ => Start("--model", family.HalfTrue)).ToList();
        var outputs = runs.ConvertAll(x => FluisterProgram.Collect(x.StandardOutput));
        runs.ForEach(FluisterProgram.WaitForExit);
        Assert.All(runs, x => Assert.Equal(0, x.ExitCode));
        Assert.All(outputs, x => Assert.Contains("They meet at the lake", x(), StringComparison.Ordinal));
        Assert.Contains(": 1 known before", Run("--model", family.HalfTrue).Output, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.In("fluister", "digests")).Length);
        runs.ForEach(x => x.Dispose());
    }

    [Fact]
    public void A_full_disk_costs_the_cache_and_not_the_digest()
    {
        var ending = FluisterProgram.Run("unshare",
        [
            "-m", "sh", "-c", "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"", _folder.Path,
            "env", $"XDG_CACHE_HOME={_folder.Path}", FluisterProgram.Path, .. Arguments(family.Profile.Path, "--model", family.HalfTrue),
        ]);
        Assert.Equal(0, ending.Code);
        Assert.Contains("They meet at the lake", ending.Output, StringComparison.Ordinal);
        Assert.Matches(@"^fluister: The digest cache cannot be written: [^\n]*\n$", ending.Errors);
    }

    [Fact]
    public void A_damaged_cache_is_told_and_replaced()
    {
        Assert.Equal(0, Run("--model", family.HalfTrue).Code);
        File.WriteAllText(Caches().Single(), "something else");
        var ending = Run("--model", family.HalfTrue);
        Assert.Equal(0, ending.Code);
        Assert.Matches(@"^fluister: [^\n]*digest cache[^\n]*\n$", ending.Errors);
        Assert.Equal("", Run("--model", family.HalfTrue).Errors);
    }

    [Fact]
    public void All_conversations_are_one_json_document()
    {
        var ending = FluisterProgram.Run("env",
        [
            $"XDG_CACHE_HOME={_folder.Path}", FluisterProgram.Path, "digest", "--source", family.Profile.Path, "--since", "2026-10-04",
            "--json", "--model", family.HalfTrue, "--threads", "1",
        ]);
        Assert.Equal(0, ending.Code);
        using var json = JsonDocument.Parse(ending.Output);
        Assert.True(json.RootElement.GetArrayLength() > 3);
        Assert.All(json.RootElement.EnumerateArray(),
            x => Assert.Equal("half-true", x.GetProperty("receipt").GetProperty("model").GetString()));
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(20, true)]
    public void A_terminal_shows_quotes_at_once_and_then_the_models_digest_in_their_place(int rows, bool isBelow)
    {
        var written = OnTerminal(rows, FluisterProgram.Path, [.. Arguments(family.Profile.Path, "--model", family.HalfTrue)]);
        var quotes = Run().Output;
        var final = Regex.Replace(Run("--model", family.HalfTrue, "--no-cache").Output, @"\d+ tokens read, \d+ written in \d+ s\n$", "");

        Assert.StartsWith(quotes, Regex.Replace(written, @"^(\e\[\?1h|\e=)*", "").Replace("\r\n", "\n", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("── The model has done 0 of 1 parts", written, StringComparison.Ordinal);
        var screen = string.Join('\n', Screen.Of(written, rows));
        Assert.StartsWith(isBelow ? quotes : final, screen, StringComparison.Ordinal);
        Assert.Contains(final, screen, StringComparison.Ordinal);
        Assert.DoesNotContain("The model has done", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("not checked yet", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_is_told_what_would_leave_and_asked()
    {
        string[] arguments = ["digest", "--source", family.Profile.Path, "--engine", "https://example.invalid/v1", "--model", "some"];
        var written = OnTerminal(50, FluisterProgram.Path, arguments, typed: "n\\n");
        Assert.Contains("leave this computer for", written, StringComparison.Ordinal);
        Assert.Contains("Send it? [y/N] ", written, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent.", written, StringComparison.Ordinal);
        Assert.DoesNotContain("messages", written[written.IndexOf("[y/N]", StringComparison.Ordinal)..].Replace("text of messages", "",
            StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Llama_server_writes_the_same_points()
    {
        var native = RunJson("--model", family.HalfTrue);
        var server = RunJson("--model", family.HalfTrue, "--engine", LlamaPrograms.Server, "--no-cache");
        Assert.Equal("llama-server", server.GetProperty("receipt").GetProperty("engine").GetString());
        Assert.Equal(native.GetProperty("topics").GetRawText(), server.GetProperty("topics").GetRawText());
        Assert.Equal(native.GetProperty("receipt").GetProperty("modelSha256").GetRawText(),
            server.GetProperty("receipt").GetProperty("modelSha256").GetRawText());
    }

    private static string OnTerminal(int rows, string program, string[] arguments, string typed = "")
    {
        using var folder = new TemporaryFolder();
        var command = string.Join(' ', arguments.Prepend(program).Select(x => $"'{x}'"));
        FluisterProgram.Run("env",
        [
            "TERM=xterm", $"XDG_CACHE_HOME={folder.Path}", "sh", "-c", "printf \"$1\" | script -qec \"$2\" -O \"$3\"", "sh",
            typed, $"stty rows {rows} cols 300; exec {command}", folder.In("typescript"),
        ]);
        return File.ReadAllText(folder.In("typescript")).Split('\n', 2)[1].Split("\nScript done")[0];
    }

    private Ending Run(params string[] arguments) => RunOn(family.Profile.Path, arguments);

    private Ending RunOn(string source, params string[] arguments) =>
        FluisterProgram.Run("env", [$"XDG_CACHE_HOME={_folder.Path}", FluisterProgram.Path, .. Arguments(source, arguments)]);

    private static string[] Arguments(string source, params string[] arguments) =>
        ["digest", "--source", source, "--since", "2026-01-01", "-c", "Family weekend", "--threads", "1", .. arguments];

    private JsonElement RunJson(params string[] arguments)
    {
        var ending = Run([.. arguments, "--json"]);
        Assert.Equal((0, ""), (ending.Code, ending.Errors));
        using var json = JsonDocument.Parse(ending.Output);
        return json.RootElement.Clone();
    }

    /// <summary>In a process group of its own.</summary>
    private System.Diagnostics.Process Start(params string[] arguments)
    {
        Directory.CreateDirectory(_folder.In("tmp"));
        return FluisterProgram.Start("env",
        [
            $"XDG_CACHE_HOME={_folder.Path}", $"TMPDIR={_folder.In("tmp")}", "setsid", FluisterProgram.Path,
            .. Arguments(family.Profile.Path, arguments),
        ]);
    }

    private string[] Caches() => Directory.Exists(_folder.In("fluister", "digests"))
        ? Directory.GetFiles(_folder.In("fluister", "digests"), "*.cache*") : [];
}
