using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Perl;

/// <summary>Configurations from a seed: what a person might write, and some of what nobody would.</summary>
internal static class RandomCases
{
    private static readonly string[] Versions = ["0.9", "1.0", "1.1-alpha", "1.1", "1.10", "2.0", "3.0", "1.0.1", "0.5", "7"];

    private static readonly string[] Paths =
    [
        "a.txt", "src/main.c", "src/util.c", "src/util.h", "docs/guide.md", "run.sh", "Makefile", "crlf.txt", "nonl.txt", "empty",
        "bytes.bin", "src/lines.txt", "deep/er/x.txt", "with space.txt", "ü.txt", ".hidden", "link", "nowhere.txt", "src/.conf",
        "sub/tree/a.txt",
    ];

    private static readonly string[] Globs =
    [
        "a.txt", "*.c", "src/*", "*.txt", "{a,crlf}.txt", "[ac]*.txt", "m*", "*", "src/util.?", "docs/*.md", "*/*.c", "deep/*/x.txt",
        ".*", "?*.h", "run.sh", "s*/l*", "*e*", "nonl.txt", "{src,docs}/*", "x.txt",
    ];

    private static readonly string[] Patterns =
    [
        "one", "\\bone\\b", "(?i)ONE", "a", "a+", "[aeiou]", "\\d+", "'line \\d'", "\\n", "\\s+", "(?m)^", "$", "^", "\"int \\w+\"",
        "e*", "[^\\n]+", "\\w+\\.", "(a|b)", "'VERSION = '", "\\t", ".$", "\\x6f", "t\\w*", "(?s)a.*", "zzz", "(\\w)\\1", "(?<=a)l",
        "\\R",
    ];

    private static readonly string[] Replacements =
        ["", "X", "one two", "$LUMO_VERSION", "\\n", "\\tx", "$1", "a = b", "$LUMO_COMMIT_ID.", "ü", "\\\\", "# x ", "{}"];

    private static readonly string[] Conditions =
    [
        "version >= 1.0", "version < 1.1", "version = 1.0", "version != 2.0", "version > 0.9 <= 2.0", "osname = linux",
        "osname != linux", "hasfile /bin/sh", "hasfile !/bin/sh", "hasfile /usr/", "version >= 1.1-beta", "version == 1.00", "version 1",
        "osname > x",
    ];

    private static readonly string[] Defects =
    [
        "matches nothing", "symbolic link", "Dialect 0 takes this branch", "does not fit", "has no folder", "of two words", "no file",
        "delete", "already", "\"else if\" as", "not supported", "is empty", "one line",
    ];

    /// <summary>Whether a message is about what the old tool silently gets wrong.</summary>
    public static bool IsDefect(string message) => Defects.Any(defect => message.Contains(defect, StringComparison.Ordinal));

    /// <summary>Cases from a seed.</summary>
    public static IEnumerable<PerlCase> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            yield return One($"random {seed}.{i}", random);
        }
    }

    /// <summary>A case as a person reads it.</summary>
    public static string Show(PerlCase one) => string.Join('\n', [
        .. one.Runs.Select(run => "args: " + string.Join(' ', run)),
        .. one.Files.Select(file => $"@ {file.Key}\n{Encoding.Latin1.GetString(file.Value.Content)}")]);

    private static PerlCase One(string name, Random random)
    {
        var one = new PerlCase(name);
        one.Put("upstream.conf", Upstream(random));
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            one.Put($"{random.Next(100)}{(random.Next(5) == 0 ? ".MOD" : ".mod")}", PerlText.Encode(Modification(one, random)));
        }

        for (var count = random.Next(5) == 0 ? 2 : 1; count > 0; count--)
        {
            one.Runs.Add(random.Next(8) == 0 ? ["p"] : ["-v", Versions[Math.Min(random.Next(16), random.Next(10))], "p"]);
        }

        return one.Completed();
    }

    private static string Pick(string[] of, Random random) => of[random.Next(of.Length)];

    private static string Upstream(Random random)
    {
        var text = new StringBuilder("vcs = git\n");
        if (random.Next(3) > 0)
        {
            text.Append("version = v\n");
        }

        Conditional(text, random, ["subtree = src\n", "subtree = sub\n", "# nothing\n", "version = v\n"]);
        text.Append(random.Next(6) == 0 ? $"version_filter = {Pick(Conditions[..5], random)["version ".Length..]}\n" : "");
        text.Append(random.Next(6) == 0 ? "subtree = sub/tree\n" : "");
        if (random.Next(4) > 0)
        {
            return text.Append("repos = $REPO\nversion = v\n").ToString();
        }

        return text.Append("version = v\nblock\nrepos = $REPO\n")
            .Append(random.Next(2) == 0 ? "version_filter = > 1.0\n" : "").Append("block\nrepos = $OLDER\n").ToString();
    }

    private static void Conditional(StringBuilder text, Random random, string[] lines)
    {
        if (random.Next(4) > 0)
        {
            return;
        }

        text.Append($"if {Pick(Conditions, random)}\n{Pick(lines, random)}");
        for (var count = random.Next(3); count > 0; count--)
        {
            text.Append($"{(random.Next(2) == 0 ? "elsif" : "elseif")} {Pick(Conditions, random)}\n{Pick(lines, random)}");
        }

        text.Append(random.Next(6) > 0 ? $"else\n{(random.Next(2) == 0 ? Pick(lines, random) : "")}" : "").Append("endif\n");
    }

    private static string Modification(PerlCase one, Random random)
    {
        var text = new StringBuilder();
        text.Append(random.Next(4) == 0 ? Pick(Conditions, random) + "\n" : "");
        Conditional(text, random, ["options = -tNsp1\n", "# nothing\n", "other = 1\n"]);
        var method = Pick(["sed", "sed", "sed", "append", "append", "replace", "replace", "patch", "fragment_patch"], random);
        text.Append($"method = {method}\n{new string('-', random.Next(1, 6))}\n");
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            text.Append(method switch
            {
                "sed" => Rule(random),
                "append" => $"{Pick(Paths, random)}\nmore {random.Next(10)}\n" +
                    $"{(random.Next(3) == 0 ? "- - x\n" : "")}{(count > 1 ? "--\n" : "")}",
                "replace" => Replacement(one, random),
                "patch" => Hunk("src/lines.txt", random),
                _ => $"src/util.c\n/^int (\\w+)\\(/ {Pick(["one", "two", "three", "four"], random)}\n/^\\}}/\n@@ -2,2 +2,2 @@\n {{\n" +
                    $"-\treturn {random.Next(1, 4)};\n+\treturn {random.Next(9)};\n---\n-----\n",
            });
        }

        return text.ToString();
    }

    private static string Rule(Random random)
    {
        var blank = random.Next(4) == 0 ? "" : " ";
        return $"{Pick(Globs, random)}{blank}:{blank}{Pick(Patterns, random)}{blank}={blank}{Pick(Replacements, random)}\n";
    }

    private static string Replacement(PerlCase one, Random random)
    {
        var file = $"new{random.Next(5)}";
        one.Put(file, $"new {random.Next(100)} $LUMO_VERSION\n", random.Next(4) == 0);
        var path = random.Next(4) == 0 ? $"added/{random.Next(5)}.txt" : Pick(Paths, random).Replace(' ', '_');
        return $"{path} = {(random.Next(4) == 0 ? "+" : "")}{file}\n";
    }

    private static string Hunk(string path, Random random)
    {
        var line = random.Next(1, 36);
        var said = Math.Max(1, line + (random.Next(3) == 0 ? random.Next(-9, 9) : 0));
        var changed = random.Next(8) == 0 ? "other" : $"line {line + 3}";
        string Context(int at) => random.Next(14) == 0 ? " other\n" : $" line {at}\n";
        return $"--- a/{path}\n+++ b/{path}\n@@ -{said},7 +{said},7 @@\n{Context(line)}{Context(line + 1)}{Context(line + 2)}-{changed}\n" +
            $"+LINE {random.Next(100)}\n{Context(line + 4)}{Context(line + 5)}{Context(line + 6)}";
    }
}
