using System.Diagnostics;

namespace Fluister.NotForkingTests.Perl;

/// <summary>The old tool, in Perl, where it is to be had: FLUISTER_UPSTREAMS/not-forking, a checkout or a git folder.</summary>
internal sealed class PerlTool
{
    private readonly string _folder;

    private PerlTool(string folder) => _folder = folder;

    /// <summary>Finds it.</summary>
    /// <param name="scratch">Where a git folder's files may be put.</param>
    /// <returns>Null: it is not there.</returns>
    public static PerlTool? Find(string scratch)
    {
        var source = Path.Combine(Environment.GetEnvironmentVariable("FLUISTER_UPSTREAMS") ?? "", "not-forking");
        if (!Path.IsPathRooted(source) || !Directory.Exists(source))
        {
            return null;
        }

        if (File.Exists(Path.Combine(source, "bin", "not-fork")))
        {
            return new PerlTool(source);
        }

        var archive = Path.Combine(scratch, "not-forking.tar");
        Run("git", ["-C", source, "archive", "-o", archive, "HEAD"], scratch, out _);
        System.Formats.Tar.TarFile.ExtractToDirectory(archive, scratch, overwriteFiles: false);
        return new PerlTool(scratch);
    }

    /// <summary>Runs it.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="home">$HOME.</param>
    /// <param name="output">What it wrote to standard output.</param>
    /// <returns>Whether it said that all is well.</returns>
    public bool Run(IEnumerable<string> arguments, string home, out string output) =>
        Run("perl", ["-I" + Path.Combine(_folder, "lib"), Path.Combine(_folder, "bin", "not-fork"), .. arguments], home, out output) == 0;

    private static int Run(string program, IEnumerable<string> arguments, string home, out string output)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["HOME"] = home;
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TMPDIR"] = home;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode;
    }
}
