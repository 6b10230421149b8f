using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>The patch engine beside the program patch: what fits, where, and what comes out.</summary>
public sealed class GnuPatchTests
{
    private const int Cases = 200;

    /// <summary>Thousands of texts and patches in one run of the program for each set of options.</summary>
    [Theory]
    [InlineData("-tNsp1", 1)]
    [InlineData("-tNsp1 -F 0", 2)]
    [InlineData("-tsp1", 3)]
    [InlineData("-tNsp1 -l", 4)]
    [InlineData("-tNsp1 -R", 5)]
    [InlineData("-fsp1 -F3", 6)]
    [InlineData("-tNsp1 --binary", 7)]
    public void What_fits_and_what_comes_out_is_what_the_program_makes(string arguments, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("patch");
        try
        {
            var cases = Enumerable.Range(0, Cases).Select(index => new PatchCase((seed * 1_000_000) + index, $"f{index}"))
                .Where(one => one.Patch.Length > 0 && one.Text.Length > 0).ToList();
            using (var all = File.Create(Path.Combine(folder.FullName, "all.patch")))
            {
                foreach (var one in cases)
                {
                    File.WriteAllBytes(Path.Combine(folder.FullName, one.Name), one.Text);
                    all.Write(one.Patch);
                }
            }

            Run(folder.FullName, "patch", [.. arguments.Split(' '), "-i", "all.patch"]);
            var options = PatchOptionsReader.Read(arguments, new Place("options"));
            Compare(cases, one => Difference(folder.FullName, one, PatchReader.Read(one.Patch, new Place(one.Name, 1), options), options));
            Assert.InRange(cases.Count(one => File.Exists(Path.Combine(folder.FullName, one.Name + ".rej"))), 10, cases.Count - 10);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Patches of many files at once, in the forms that the program diff writes.</summary>
    [Theory]
    [InlineData("-ru", 11)]
    [InlineData("-rc", 12)]
    [InlineData("-rC1", 13)]
    [InlineData("-r", 14)]
    public void What_the_program_diff_writes_is_read(string arguments, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("patch");
        try
        {
            var cases = Enumerable.Range(0, Cases).Select(index => new PatchCase((seed * 1_000_000) + index, $"f{index}"))
                .Where(one => one.Patch.Length > 0 && one.Text.Length > 0 && one.Old.Length > 0 && one.New.Length > 0).ToList();
            folder.CreateSubdirectory("old");
            folder.CreateSubdirectory("new");
            foreach (var one in cases)
            {
                File.WriteAllBytes(Path.Combine(folder.FullName, one.Name), one.Text);
                File.WriteAllBytes(Path.Combine(folder.FullName, "old", one.Name), one.Old);
                File.WriteAllBytes(Path.Combine(folder.FullName, "new", one.Name), one.New);
            }

            var patch = Run(folder.FullName, "diff", arguments, "old", "new");
            patch = Encoding.Latin1.GetBytes(
                Regex.Replace(Encoding.Latin1.GetString(patch), "^diff -r (\\S+) \\S+$", "Index: $1", RegexOptions.Multiline));
            File.WriteAllBytes(Path.Combine(folder.FullName, "all.patch"), patch);
            Run(folder.FullName, "patch", "-tNsp1", "-i", "all.patch");
            var options = PatchOptionsReader.Read("-tNsp1", new Place("options"));
            var files = PatchReader.Read(patch, new Place("all.patch", 1), options).ToLookup(file => file.Choose(_ => true)!);
            Compare(cases, one => files[one.Name].Any() ? Difference(folder.FullName, one, [.. files[one.Name]], options) : null);
            Assert.InRange(files.Count, cases.Count * 9 / 10, cases.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(List<PatchCase> cases, Func<PatchCase, string?> difference)
    {
        var wrong = cases.Select(difference).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Count} differ, for example:\n{string.Join("\n====\n", wrong.Take(5))}");
    }

    private static string? Difference(string folder, PatchCase one, IReadOnlyList<FilePatch> files, PatchOptions options)
    {
        var path = Path.Combine(folder, one.Name);
        // A file that becomes empty is deleted where the patch says that it is; here it never does.
        var theirs = File.ReadAllBytes(path);
        var fits = !File.Exists(path + ".rej");
        var ours = FilePatcher.Apply(one.Text, Assert.Single(files), options);
        return ours.IsComplete == fits && ours.Text.AsSpan().SequenceEqual(theirs) ? null
            : $"{one.Name}: fits {fits}, ours {ours.IsComplete}\n--text\n{Latin(one.Text)}\n--patch\n{Latin(one.Patch)}"
                + $"\n--program\n{Latin(theirs)}\n--ours\n{Latin(ours.Text)}";
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace("\r", "\\r", StringComparison.Ordinal);

    private static byte[] Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var running = Process.Start(start)!;
        var errors = running.StandardError.ReadToEndAsync();
        var output = new MemoryStream();
        running.StandardOutput.BaseStream.CopyTo(output);
        running.WaitForExit();
        Assert.True(running.ExitCode < 2, errors.Result);
        return output.ToArray();
    }
}
