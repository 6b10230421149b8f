using System.Text.Json;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Cli;

/// <summary>Signal runs, writes and checkpoints while we read.</summary>
public sealed class LiveTests
{
    [Fact]
    public void Runs_beside_a_writer_are_whole_and_leave_the_profile_to_it()
    {
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "2000", "--plain-text-only", "--no-expected");
        using var writer = OfficialPackage.Start("live-writer.mjs", ["--profile", profile.Path, "--key", profile.Key, "--seconds", "300"]);
        try
        {
            Assert.Equal("ready", writer.StandardOutput.ReadLine());
            for (var round = 0; round < 10; round++)
            {
                var export = FluisterProgram.Run("archive", "export", "--source", profile.Path);
                Assert.True(export.Code == 0, export.Errors);
                var lines = export.Output.Split('\n')[..^1];
                using var end = JsonDocument.Parse(lines[^1]);
                var told = end.RootElement.GetProperty("end").GetProperty("messages").GetInt64();
                Assert.Equal(told, lines.LongCount(line => line.StartsWith("{\"message\":", StringComparison.Ordinal)));
                Assert.InRange(told, 1, long.MaxValue);
            }

            foreach (var command in (string[])["archive list", "archive stats", "digest --since 2020-01-01 -c Family", "archive export"])
            {
                var trace = Trace.Run([.. command.Split(' '), "--source", profile.Path]);
                Assert.True(trace.Ending.Code == 0, trace.Ending.Errors);
                Assert.True(trace.HasOpened(profile.Database + "-wal"), "It read the log that the writer keeps.");
                Assert.Empty(trace.Changed());
            }

            Assert.False(writer.HasExited);
        }
        finally
        {
            writer.StandardInput.Close();
            FluisterProgram.WaitForExit(writer);
        }
    }
}
