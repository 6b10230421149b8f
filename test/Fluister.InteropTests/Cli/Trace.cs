using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>What a run asked of the system, as strace saw it.</summary>
internal sealed class Trace(IReadOnlyList<string> calls, Ending ending)
{
    private const string Calls = "trace=file,desc,network,process";

    public Ending Ending => ending;

    /// <summary>What the program's standard output and error are, under whatever number it duplicated them.</summary>
    private HashSet<string> Standard { get; } =
        [.. calls.SelectMany(call => Regex.Matches(call, @"\([12]<(?<file>[^>]*)>").Select(match => match.Groups["file"].Value))];

    /// <summary>Runs the program below strace; file descriptors come with their paths, buffers in full.</summary>
    public static Trace Run(params string[] arguments) => Run([], arguments);

    /// <summary>The same, with variables: "NAME=VALUE".</summary>
    public static Trace Run(IReadOnlyList<string> variables, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        var ending = FluisterProgram.Run("strace",
            [
                "-f", "-qq", "-y", "-xx", "-s", "10000000", "-e", Calls, "-o", folder.In("trace"),
                .. variables.SelectMany(x => new[] { "-E", x }),
                FluisterProgram.Path, .. arguments,
            ]);
        return new Trace(File.ReadAllLines(folder.In("trace")), ending);
    }

    /// <summary>Paths that were opened for writing, made, renamed, removed or truncated.</summary>
    public IEnumerable<string> Changed() => calls
        .Where(call => Regex.IsMatch(call, @"\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)\b") || Regex.IsMatch(call,
            @"^\d+ +(mkdir|mkdirat|rename|renameat|renameat2|unlink|unlinkat|mknod|mknodat|link|linkat|symlink|symlinkat|"
                + @"truncate|chmod|fchmodat|utimensat)\("))
        .Where(call => !Regex.IsMatch(call, @" = -1 "))
        .Select(call => string.Join(" ", Regex.Matches(call, "\"(?<path>[^\"]*)\"").Select(match => Plain(match.Groups["path"].Value))))
        .Where(path => !Regex.IsMatch(path, @"^/proc/(self|\d+)/task/\d+/comm$|^/dev/(null|tty)$"));

    /// <summary>All bytes that went to a file that is not standard output or error, sockets and pipes included.</summary>
    public string Written() => Written(_ => true);

    /// <summary>All bytes that went to a file on a disk.</summary>
    public string WrittenToFiles() => Written(file => !Regex.IsMatch(file, @"^(pipe|socket|anon_inode):"));

    private string Written(Func<string, bool> takes) => string.Concat(calls
        .Where(call => Regex.Match(call, @"^\d+ +(write|pwrite64|writev|pwritev|sendto|sendmsg)\(\d+<(?<file>[^>]*)>")
            is { Success: true } match
            && !Standard.Contains(match.Groups["file"].Value) && takes(Plain(match.Groups["file"].Value)))
        .SelectMany(call => Regex.Matches(call, "\"(?<bytes>[^\"]*)\"").Select(match => Plain(match.Groups["bytes"].Value))));

    /// <summary>Network sockets: their families.</summary>
    public IEnumerable<string> Sockets() =>
        calls.Select(call => Regex.Match(call, @"\bsocket\((AF_\w+)").Groups[1].Value).Where(family => family.Length > 0);

    /// <summary>Opened for reading, by path.</summary>
    public bool HasOpened(string path) => calls.Any(call =>
        call.Contains("openat(", StringComparison.Ordinal) && Plain(call).Contains(path, StringComparison.Ordinal));

    private static string Plain(string escaped)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '\\' && i + 3 < escaped.Length && escaped[i + 1] == 'x')
            {
                bytes.Add(byte.Parse(escaped.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                bytes.Add((byte)escaped[i]);
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
