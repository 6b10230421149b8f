using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Commands;

namespace Fluister.NotForkingTests.Perl;

/// <summary>Gives cases to the old tool and to ours, and says what came of them.</summary>
/// <param name="folder">An empty folder.</param>
internal sealed class PerlRunner(string folder)
{
    /// <summary>What refusing is called.</summary>
    public const string Refused = "refused";

    private readonly UpstreamFixture _upstreams = new(Directory.CreateDirectory(Path.Combine(folder, "upstreams")).FullName);
    private int _count;

    /// <summary>What ours makes of a case.</summary>
    /// <returns>The tree's files and the output, or <see cref="Refused"/>; and what was said.</returns>
    public (string Result, string Message) Ours(PerlCase one)
    {
        var input = Write(one, "ours", out var output);
        var told = new StringWriter();
        try
        {
            foreach (var run in one.Runs)
            {
                var code = new MassageCommand(
                    [.. Before(one), "-i", input, "-o", output, "-k", Path.Combine(folder, "cache-ours"), .. run.Select(_upstreams.Fill)])
                { Out = told }
                    .Run();
                if (code != 0)
                {
                    return (Refused, "");
                }
            }
        }
        catch (NotForkException e)
        {
            return (Refused, e.Line);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            return ("crashed", e.ToString());
        }

        return (Result(one, output, told.ToString()), "");
    }

    /// <summary>What the old tool makes of a case.</summary>
    public string Perls(PerlCase one, PerlTool tool)
    {
        var input = Write(one, "perl", out var output);
        var all = new StringBuilder();
        foreach (var run in one.Runs)
        {
            string[] arguments = [.. Before(one), "-i", input, "-o", output, "-k", Path.Combine(folder, "cache-perl")];
            var isWell = tool.Run([.. arguments, .. run.Select(_upstreams.Fill)], folder, out var told);
            all.Append(told);
            if (!isWell)
            {
                return Refused;
            }
        }

        return Result(one, output, all.ToString());
    }

    private static string[] Before(PerlCase one) => one.HasOutput ? [] : ["--quiet"];

    private string Write(PerlCase one, string who, out string output)
    {
        var place = Path.Combine(folder, $"{who}-{_count++}");
        var input = Path.Combine(place, "not-fork.d");
        output = Path.Combine(place, "out");
        foreach (var (path, (content, isExecutable)) in one.Files)
        {
            var file = Path.Combine(input, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Encoding.Latin1.GetBytes(_upstreams.Fill(Encoding.Latin1.GetString(content))));
            File.SetUnixFileMode(file, isExecutable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100);
        }

        return input;
    }

    private string Result(PerlCase one, string output, string told)
    {
        var lines = new List<string>();
        if (Directory.Exists(output))
        {
            foreach (var file in new DirectoryInfo(output).EnumerateFiles("*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
            }))
            {
                var path = Path.GetRelativePath(output, file.FullName);
                if (path.StartsWith(".index/.", StringComparison.Ordinal))
                {
                    continue;
                }

                lines.Add(file.LinkTarget is { } target ? $"link {path} -> {target}"
                    : $"{(file.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? "exec" : "file")} {path} " +
                        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines) + (one.HasOutput ? "\n" + _upstreams.Empty(told) : "");
    }
}
