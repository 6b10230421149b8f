using System.Text.RegularExpressions;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>Reads the body of a `fragment_patch`, as the program fragment-diff writes it.</summary>
internal sealed partial class FragmentReader(ModificationFile file)
{
    private int _at;

    /// <summary>Reads it.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public List<Fragment> Read()
    {
        var fragments = new List<Fragment>();
        while (_at < file.Body.Count)
        {
            var (place, text) = file.Body[_at++];
            var path = TreePath.Checked(PerlText.Decode(Unquoted(PerlText.Trim(text).ToString()), place), place);
            while (true)
            {
                var (from, start) = Next("the first line of a fragment, or \"-----\"");
                if (start == "-----")
                {
                    break;
                }

                fragments.Add(ReadFragment(from, path, start));
            }
        }

        return fragments;
    }

    private Fragment ReadFragment(Place place, string path, string start)
    {
        PerlPattern? first = null;
        var value = "";
        if (start != "start")
        {
            if (Start().Match(start) is not { Success: true } match)
            {
                throw new NotForkException(ExitCode.Configuration, "Not \"start\" and not \"/PATTERN/ VALUE\".", place);
            }

            first = PerlPattern.Create(match.Groups[1].Value, place);
            value = Unquoted(match.Groups[2].Value);
        }

        var (endPlace, end) = Next("the end of a fragment");
        if (end != "end" && !(end.Length > 1 && end.StartsWith('/') && end.EndsWith('/')))
        {
            throw new NotForkException(ExitCode.Configuration, "Not \"end\" and not \"/PATTERN/\".", endPlace);
        }

        var last = end == "end" ? null : PerlPattern.Create(end[1..^1], endPlace);
        var from = _at;
        while (_at < file.Body.Count && file.Body[_at].Text != "---")
        {
            _at++;
        }

        var lines = new TextLines(file.BodyBytes());
        var hunks = from < file.Body.Count ? PatchReader.ReadHunks(lines.Keep(from, _at), file.Body[from].Place)
            : throw new NotForkException(ExitCode.Configuration, "The fragment has no patch.", place);
        _at++;
        return new Fragment(place, path, first, value, last, hunks);
    }

    private (Place Place, string Text) Next(string what) => _at < file.Body.Count
        ? (file.Body[_at].Place, PerlText.Trim(file.Body[_at++].Text).ToString())
        : throw new NotForkException(ExitCode.Configuration, $"The file ends where {what} should stand.", file.Place);

    private static string Unquoted(string text) =>
        Escape().Replace(text, match => ((char)Convert.ToByte(match.Groups[1].Value, 16)).ToString());

    [GeneratedRegex(@"^/(.*)/\s+(\S+)$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Start();

    [GeneratedRegex(@"\\x([0-9a-fA-F]{2})", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Escape();
}
