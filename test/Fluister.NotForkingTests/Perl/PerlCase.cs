using System.Globalization;
using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Perl;

/// <summary>A configuration and a command line that the old tool and ours are both given.</summary>
/// <param name="Name">A name, unique among all cases.</param>
internal sealed record PerlCase(string Name)
{
    private const string UsualUpstream = "vcs = git\nrepos = $REPO\nversion = v\n";

    /// <summary>Runs of the program, one after the other, on the same output; each without -i, -o and -k.</summary>
    public List<string[]> Runs { get; } = [];

    /// <summary>Files below not-fork.d, and whether they may be executed.</summary>
    public Dictionary<string, (byte[] Content, bool IsExecutable)> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What our message says where the old tool silently does the wrong thing; null: both do the same.</summary>
    public string? OursRefuses { get; private set; }

    /// <summary>What our message says where both refuse.</summary>
    public string? Says { get; private set; }

    /// <summary>Whether standard output is compared too.</summary>
    public bool HasOutput { get; private set; }

    /// <summary>Reads cases: "== NAME", then "args:", "ours:", "says:" or "output" lines, then files that begin with "@ PATH".</summary>
    /// <remarks>"@x" is an executable file; in "@b" files "\xHH", "\n", "\r" and "\\" are escapes and lines have no ends of their
    /// own.</remarks>
    public static IEnumerable<PerlCase> Read(string text)
    {
        PerlCase? current = null;
        string? path = null;
        var (kind, content) = (' ', new StringBuilder());
        foreach (var line in text.Split('\n').Append("== end"))
        {
            if (path is not null && (line.StartsWith("== ", StringComparison.Ordinal) || IsFile(line)))
            {
                current!.Put(path, kind == 'b' ? Unescaped(content.ToString()) : PerlText.Encode(content.ToString()), kind == 'x');
                path = null;
                content.Clear();
            }

            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                if (current is not null)
                {
                    yield return current.Completed();
                }

                current = new PerlCase(line[3..]);
            }
            else if (IsFile(line))
            {
                (kind, path) = (line[1], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            }
            else if (path is not null)
            {
                content.Append(line).Append(kind == 'b' ? "" : "\n");
            }
            else if (line.Split(": ", 2) is [var key, var value])
            {
                current!.Option(key, value);
            }
            else if (line.Length > 0)
            {
                Assert.Equal("output", line);
                current!.HasOutput = true;
            }
        }
    }

    private static bool IsFile(string line) => line is ['@', ' ', ..] or ['@', 'x' or 'b', ' ', ..];

    /// <summary>Adds a file, its bytes as Latin-1; one that does not begin with "../" belongs to the recipe "p".</summary>
    public void Put(string path, string content, bool isExecutable = false)
    {
        path = path.StartsWith("../", StringComparison.Ordinal) ? path[3..] : "p/" + path;
        Files[path] = (Encoding.Latin1.GetBytes(content), isExecutable);
    }

    /// <summary>With the upstream.conf and the command line that cases have if they say nothing else.</summary>
    public PerlCase Completed()
    {
        if (!Files.ContainsKey("p/upstream.conf"))
        {
            Put("upstream.conf", UsualUpstream);
        }

        if (Runs.Count == 0)
        {
            Runs.Add(["-v", "1.0", "p"]);
        }

        return this;
    }

    private void Option(string key, string value)
    {
        switch (key)
        {
            case "args":
                Runs.Add(value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                break;
            case "ours":
                OursRefuses = value;
                break;
            default:
                Assert.Equal("says", key);
                Says = value;
                break;
        }
    }

    private static string Unescaped(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            result.Append(text[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '\\' => '\\', _ => Byte(text, ref i) });
        }

        return result.ToString();
    }

    private static char Byte(string text, ref int at)
    {
        Assert.Equal('x', text[at]);
        at += 2;
        return (char)byte.Parse(text.AsSpan(at - 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
