using System.Text;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>A regular expression of Perl on bytes: texts are Latin-1, `\d`, `\w`, `\s`, `\b` and cases are ASCII.</summary>
/// <remarks>What .NET cannot do as Perl does is refused; it never means something else.</remarks>
public sealed class PerlPattern
{
    /// <summary>The group whose place is where a match begins: `\K`.</summary>
    internal const string KeepGroup = "__K";

    private readonly Place _place;
    private readonly string _text;
    private readonly bool _hasKeep;
    private Regex? _notEmpty;

    private PerlPattern(string pattern, PerlTranslation translation, Place place)
    {
        (_place, _text) = (place, translation.Text);
        Pattern = pattern;
        Literal = translation.Literal;
        GroupNames = translation.Names;
        GroupCount = translation.Groups;
        _hasKeep = translation.HasKeep;
        Regex = new Regex(_text, RegexOptions.CultureInvariant, Limits.Search);
    }

    /// <summary>The pattern as it was written.</summary>
    public string Pattern { get; }

    /// <summary>The same in .NET's language. Groups have Perl's numbers; named ones too have only numbers.</summary>
    public Regex Regex { get; }

    /// <summary>The text that it matches, if it is only that one.</summary>
    public string? Literal { get; }

    /// <summary>The numbers of named groups.</summary>
    public IReadOnlyDictionary<string, int> GroupNames { get; }

    /// <summary>How many groups there are.</summary>
    public int GroupCount { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern, its bytes as Latin-1.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="NotForkException">Perl would refuse it, or .NET cannot do it (configuration).</exception>
    public static PerlPattern Create(string pattern, Place place)
    {
        try
        {
            return new PerlPattern(pattern, PerlTranslation.Of(pattern, place), place);
        }
        catch (ArgumentException e)
        {
            throw new NotForkException(ExitCode.Configuration, $"The pattern \"{pattern}\" cannot be read: {e.Message}", place, e);
        }
    }

    /// <summary>Whether a text has a match.</summary>
    public bool IsMatch(string text) =>
        Literal is null ? Timed(() => Regex.IsMatch(text)) : text.Contains(Literal, StringComparison.Ordinal);

    /// <summary>The first match.</summary>
    public Match Match(string text) => Timed(() => Regex.Match(text));

    /// <summary>`s/PATTERN/REPLACEMENT/g`.</summary>
    /// <param name="text">Latin-1.</param>
    /// <param name="replacement">What every match becomes, as it is.</param>
    /// <param name="count">How many matches there were.</param>
    /// <exception cref="NotForkException">The search took too long (drift).</exception>
    public string Substitute(string text, string replacement, out int count)
    {
        if (Literal is null)
        {
            return Substitute(text, _ => replacement, out count);
        }

        count = 0;
        for (var at = text.IndexOf(Literal, StringComparison.Ordinal); at >= 0; count++)
        {
            at = text.IndexOf(Literal, at + Literal.Length, StringComparison.Ordinal);
        }

        return count == 0 ? text : text.Replace(Literal, replacement, StringComparison.Ordinal);
    }

    /// <summary>`s/PATTERN/.../g` with a replacement that depends on the match.</summary>
    /// <exception cref="NotForkException">The search took too long (drift).</exception>
    public string Substitute(string text, Func<Match, string> replacement, out int count)
    {
        StringBuilder? result = null;
        var (copied, found) = (0, 0);
        var match = Match(text);
        while (match.Success)
        {
            var end = match.Index + match.Length;
            var start = _hasKeep && match.Groups[KeepGroup] is { Success: true } keep ? keep.Index : match.Index;
            (result ??= new StringBuilder(text.Length)).Append(text, copied, start - copied).Append(replacement(match));
            (copied, found) = (end, found + 1);

            // As in Perl: after an empty match the next one may begin at the same place, but must end beyond it.
            var next = end > start ? Regex : _notEmpty ??= new Regex($"(?:{_text})(?!\\G)", RegexOptions.CultureInvariant, Limits.Search);
            match = Timed(() => next.Match(text, end));
        }

        count = found;
        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private T Timed<T>(Func<T> search)
    {
        try
        {
            return search();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new NotForkException(
                ExitCode.Drift, $"The search for \"{Pattern}\" took longer than {Limits.Search.TotalSeconds:0} s in one file.", _place, e);
        }
        catch (Exception e) when (e is OverflowException or InsufficientExecutionStackException or OutOfMemoryException)
        {
            throw new NotForkException(ExitCode.Drift, $"The search for \"{Pattern}\" goes too deep in one file.", _place, e);
        }
    }
}
