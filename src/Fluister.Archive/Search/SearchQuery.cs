using Fluister.Archive.Conversations;

namespace Fluister.Archive.Search;

/// <summary>What to look for: words that must all occur, "phrases", -exclusions, prefixes*.</summary>
/// <remarks>Case and accents do not matter. Text of scripts without spaces is found wherever it stands. Words joined by
/// punctuation, as in "e-mail", are a phrase.</remarks>
public sealed class SearchQuery
{
    private const int MaximumLength = 4096;
    private const int MaximumClauses = 64;

    private SearchQuery(IReadOnlyList<SearchClause> clauses) => Clauses = clauses;

    internal IReadOnlyList<SearchClause> Clauses { get; }

    /// <summary>Reads what a person typed. A quotation mark that is not closed reaches to the end.</summary>
    /// <exception cref="ArchiveException">It names nothing to look for, or is longer than a search can be.</exception>
    public static SearchQuery Parse(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw new ArchiveException(ArchiveError.Unsupported, $"The search is longer than {MaximumLength} characters. Shorten it.");
        }

        var clauses = new List<SearchClause>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                break;
            }

            var excluded = text[at] == '-';
            at += excluded ? 1 : 0;
            var quoted = at < text.Length && IsQuote(text[at]);
            at += quoted ? 1 : 0;
            var start = at;
            while (at < text.Length && (quoted ? !IsQuote(text[at]) : !char.IsWhiteSpace(text[at]) && !IsQuote(text[at])))
            {
                at++;
            }

            if (SearchClause.Of(text.AsSpan(start, at - start), excluded) is { } clause)
            {
                clauses.Add(clause);
            }

            at += quoted && at < text.Length ? 1 : 0;
        }

        if (clauses.TrueForAll(clause => clause.IsExcluded))
        {
            throw new ArchiveException(
                ArchiveError.Unsupported, "The search names no word to look for. Give at least one that is to occur.");
        }

        return clauses.Count <= MaximumClauses
            ? new SearchQuery(clauses)
            : throw new ArchiveException(ArchiveError.Unsupported, $"The search has more than {MaximumClauses} words. Shorten it.");
    }

    private static bool IsQuote(char character) => character is '"' or '\u201c' or '\u201d' or '\u201e' or '\u00ab' or '\u00bb';
}

/// <summary>Tokens that follow one another.</summary>
internal sealed class SearchClause
{
    private const int MaximumTokens = 64;

    private SearchClause(IReadOnlyList<string> tokens, IReadOnlyList<bool> ideographs, bool isPrefix, bool isExcluded)
        => (Tokens, Ideographs, IsPrefix, IsExcluded) = (tokens, ideographs, isPrefix, isExcluded);

    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Which of the tokens are single ideographs.</summary>
    public IReadOnlyList<bool> Ideographs { get; }

    /// <summary>True where the last token may go on.</summary>
    public bool IsPrefix { get; }

    public bool IsExcluded { get; }

    public static SearchClause? Of(ReadOnlySpan<char> text, bool isExcluded)
    {
        var tokens = new List<string>();
        var ideographs = new List<bool>();
        var tokenizer = new Tokenizer(text);
        while (tokenizer.MoveNext())
        {
            tokens.Add(tokenizer.Token.ToString());
            ideographs.Add(tokenizer.IsIdeograph);
        }

        if (tokens.Count > MaximumTokens)
        {
            throw new ArchiveException(
                ArchiveError.Unsupported, $"The search has a phrase of more than {MaximumTokens} words. Shorten it.");
        }

        return tokens.Count == 0 ? null : new SearchClause(tokens, ideographs, text.TrimEnd().EndsWith('*'), isExcluded);
    }
}
