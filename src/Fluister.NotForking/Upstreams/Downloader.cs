using System.Globalization;

namespace Fluister.NotForking.Upstreams;

/// <summary>Downloads one file by curl, else wget.</summary>
internal static class Downloader
{
    private static readonly string[] Schemes = ["https://", "http://", "ftp://", "ftps://"];

    /// <summary>Downloads.</summary>
    /// <param name="url">From where; redirections are followed, never to another kind of URL than these.</param>
    /// <param name="to">The file that is made.</param>
    /// <param name="options">The environment.</param>
    /// <exception cref="NotForkException">It cannot be had.</exception>
    public static void Download(string url, string to, UpstreamOptions options)
    {
        if (!Schemes.Any(scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
        {
            throw new NotForkException(
                ExitCode.Fetch, $"\"{url}\" is not a URL of https, http or ftp; a file of this computer is \"file:/PATH\".");
        }

        var environment = options.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        var (program, arguments) = IsInstalled("curl") ? ("curl", Curl(url, to))
            : IsInstalled("wget") ? ("wget", Wget(url, to))
            : throw new NotForkException(ExitCode.Fetch, "Downloads need the program curl or wget, and neither is installed.");
        var run = new ProgramRun(program, arguments) { Environment = environment };
        var (code, _, error) = run.Result();
        if (code != 0 || !File.Exists(to))
        {
            throw new NotForkException(
                ExitCode.Fetch, $"{url} could not be downloaded: {(error.Length > 0 ? error.ReplaceLineEndings(" / ") : $"code {code}")}.");
        }
    }

    private static string[] Curl(string url, string to) =>
    [
        "--fail", "--silent", "--show-error", "--location", "--max-redirs", "10", "--globoff", "--proto", "=https,http,ftp,ftps",
        "--proto-redir", "=https,http", "--max-filesize", Limits.DownloadBytes.ToString(CultureInfo.InvariantCulture),
        "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60", "--output", to, "--url", url,
    ];

    private static string[] Wget(string url, string to) =>
        ["--quiet", "--tries=3", "--max-redirect=10", "--timeout=60", "--no-config", "--output-document", to, "--", url];

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
