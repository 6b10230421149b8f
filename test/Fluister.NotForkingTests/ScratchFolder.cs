using System.Diagnostics;

namespace Fluister.NotForkingTests;

/// <summary>A folder of a test's own, which goes with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("not-fork-test-");

    /// <summary>The folder.</summary>
    public string Root => _folder.FullName;

    /// <summary>A path in it.</summary>
    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>Writes a file, and the folders above it.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllBytes(Path(name), content);
    }

    /// <summary>Writes a text file.</summary>
    public void Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Runs a program in it and wants it to succeed.</summary>
    public string Do(string program, params string[] arguments)
    {
        var (code, output, error) = Try(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {output}{error}");
        return output;
    }

    /// <summary>Runs a program in it.</summary>
    /// <returns>Its exit code.</returns>
    public int Run(string program, params string[] arguments) => Try(program, arguments).Code;

    /// <summary>Runs not-fork in it, with a cache in it.</summary>
    public (int Code, string Output, string Error) NotFork(params string[] arguments) =>
        Try(System.IO.Path.Combine(AppContext.BaseDirectory, "not-fork"), arguments);

    /// <summary>Runs a program in it; git finds no configuration of the person's, and a name and time for commits.</summary>
    public (int Code, string Output, string Error) Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["HOME"] = Root;
        foreach (var role in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{role}_NAME"] = start.Environment[$"GIT_{role}_EMAIL"] = "someone";
            start.Environment[$"GIT_{role}_DATE"] = "1700000000 +0000";
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
