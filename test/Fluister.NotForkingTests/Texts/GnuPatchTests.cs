using System.Diagnostics;
using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>The patch engine beside the program patch: what fits, where, and what comes out.</summary>
public sealed class GnuPatchTests
{
    private const int Cases = 400;

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

            Run(folder.FullName, arguments);
            var options = PatchOptionsReader.Read(arguments, new Place("options"));
            var wrong = cases.Select(one => Difference(folder.FullName, one, options)).OfType<string>().ToList();
            Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Count} differ, for example:\n{string.Join("\n====\n", wrong.Take(5))}");
            Assert.InRange(cases.Count(one => File.Exists(Path.Combine(folder.FullName, one.Name + ".rej"))), 10, cases.Count - 10);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Difference(string folder, PatchCase one, PatchOptions options)
    {
        var path = Path.Combine(folder, one.Name);
        // A file that becomes empty is deleted where the patch says that it is; here it never does.
        var theirs = File.ReadAllBytes(path);
        var fits = !File.Exists(path + ".rej");
        var file = Assert.Single(PatchReader.Read(one.Patch, new Place(one.Name, 1), options));
        var ours = FilePatcher.Apply(one.Text, file, options);
        return ours.IsComplete == fits && ours.Text.AsSpan().SequenceEqual(theirs) ? null
            : $"{one.Name}: fits {fits}, ours {ours.IsComplete}\n--text\n{Latin(one.Text)}\n--patch\n{Latin(one.Patch)}\n--program\n{Latin(theirs)}\n--ours\n{Latin(ours.Text)}";
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace("\r", "\\r", StringComparison.Ordinal);

    private static void Run(string folder, string arguments)
    {
        var start = new ProcessStartInfo("patch", [.. arguments.Split(' '), "-i", "all.patch"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        Assert.True(program.ExitCode < 2, errors.Result);
    }
}
