using System.Diagnostics;
using System.Globalization;

namespace Fluister.InteropTests.Sandbox;

/// <summary>What runs on this machine.</summary>
internal static class Processes
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Processes whose command line holds a text.</summary>
    public static List<int> With(string text)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId && CommandLine(folder).Contains(text, StringComparison.Ordinal))
            {
                found.Add(id);
            }
        }

        return found;
    }

    /// <summary>Waits until there is one; a process that is about to become another has no command line for a moment.</summary>
    public static void WaitForOneWith(string text) => WaitFor(1, text);

    /// <summary>Waits until there is none any more.</summary>
    public static void WaitForNoneWith(string text) => WaitFor(0, text);

    private static void WaitFor(int count, string text)
    {
        for (var since = Stopwatch.StartNew(); With(text).Count != count; Thread.Sleep(20))
        {
            Assert.True(since.Elapsed < Patience, $"There are {With(text).Count} processes instead of {count}.");
        }
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText($"{folder}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return "";
        }
    }
}
