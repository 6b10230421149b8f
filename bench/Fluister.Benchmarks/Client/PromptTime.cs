using System.Diagnostics;
using System.Text;

namespace Fluister.Benchmarks.Client;

/// <summary>How long a person waits from the command line to where they can type.</summary>
internal static class PromptTime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs `fluister chat` on a terminal of its own until the prompt is there, then ends it.</summary>
    /// <returns>Milliseconds.</returns>
    public static double Measure(string program, string home, string account, string person)
    {
        // The program itself, not its launcher, which looks for changed sources first.
        var start = new ProcessStartInfo("script", ["-qfec", $"{program} chat {person} --account {account}", "/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["FLUISTER_HOME"] = home;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["TERM"] = "xterm";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var shown = new StringBuilder();
        var bytes = new byte[4096];
        while (!shown.ToString().EndsWith("> ", StringComparison.Ordinal))
        {
            var count = process.StandardOutput.BaseStream.Read(bytes);
            if (count == 0 || clock.Elapsed > Patience)
            {
                throw new InvalidOperationException($"fluister chat gave no prompt: {shown}");
            }

            shown.Append(Encoding.UTF8.GetString(bytes, 0, count));
        }

        var milliseconds = clock.Elapsed.TotalMilliseconds;
        process.StandardInput.Write("\u0003");
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
        }

        return milliseconds;
    }
}
