using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Fluister.InteropTests.Official;

/// <summary>The official SQLCipher package, run by Node from test/official; see the head of each script there.</summary>
internal static class OfficialPackage
{
    /// <summary>The folder of the scripts.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(RepositoryRoot(), "test", "official"));

    /// <summary>Runs a script to its end and returns what it wrote to its standard output.</summary>
    /// <exception cref="InvalidOperationException">The package is not installed, or the script failed; with its error output.</exception>
    /// <exception cref="TimeoutException">The script took longer than the limit; it was ended.</exception>
    public static string Run(string script, IEnumerable<string> arguments, TimeSpan? limit = null, string? input = null)
    {
        using var process = Start(script, arguments);
        var output = new StringBuilder();
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var time = limit ?? TimeSpan.FromMinutes(3);
        if (!process.WaitForExit(time))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} took longer than {time}.");
        }

        // Only the wait without a limit waits for the last lines too.
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.ToString()
            : throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {errors}");

        static void Append(StringBuilder text, string? line)
        {
            if (line is not null)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    /// <summary>Starts a script and leaves it running; closing its standard input asks it to stop. The caller disposes of it.</summary>
    public static Process Start(string script, IEnumerable<string> arguments)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "@signalapp", "sqlcipher")))
        {
            throw new InvalidOperationException("The official SQLCipher package is not installed in test/official: run eng/prepare.");
        }

        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(Folder, script));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("Node did not start.");
    }

    /// <summary>Makes a profile in a new temporary folder, with further arguments of make-profile.mjs.</summary>
    public static OfficialProfile MakeProfile(int generation, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("fluister-official-");
        try
        {
            var path = Path.Combine(folder.FullName, "Signal");
            var said = Run(
                "make-profile.mjs",
                ["--out", path, "--generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture), .. arguments],
                TimeSpan.FromMinutes(9));
            using var answer = JsonDocument.Parse(said);
            return new OfficialProfile(folder.FullName, path, answer.RootElement.GetProperty("key").GetString()!);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Rows of a table as the official package reads them, one JSON object each, in rowid order.</summary>
    public static IEnumerable<string> Dump(OfficialProfile profile, string table, string? columns = null)
    {
        string[] arguments = ["--profile", profile.Path, "--key", profile.Key, "--table", table];
        var text = Run("dump.mjs", columns is null ? arguments : [.. arguments, "--columns", columns]);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Sources are found through the path that the compiler saw, or upwards from the test's own folder where paths are mapped.
    private static string RepositoryRoot([CallerFilePath] string here = "")
    {
        string[] starts = [Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory, Environment.CurrentDirectory];
        foreach (var start in starts)
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = System.IO.Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "test", "official", "package.json")))
                {
                    return folder;
                }
            }
        }

        throw new InvalidOperationException("test/official was not found above the tests.");
    }
}

/// <summary>A profile that the official package made, in a temporary folder that goes with it.</summary>
internal sealed record OfficialProfile(string Folder, string Path, string Key) : IDisposable
{
    /// <summary>What a correct reader must deliver, one JSON object a line; see expected.mjs.</summary>
    public string ExpectedPath => Path + ".expected.jsonl";

    /// <summary>The database file.</summary>
    public string Database => System.IO.Path.Combine(Path, "sql", "db.sqlite");

    /// <summary>SHA-256 of every file of the profile, by path: what reading must not change.</summary>
    public SortedDictionary<string, string> Hashes()
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            using var stream = File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            hashes[System.IO.Path.GetRelativePath(Path, file)] = Convert.ToHexString(SHA256.HashData(stream));
        }

        return hashes;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
