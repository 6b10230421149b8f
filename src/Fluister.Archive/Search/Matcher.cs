using Fluister.Archive.Conversations;

namespace Fluister.Archive.Search;

/// <summary>Decides on messages one by one, and says where the query stands in them.</summary>
internal sealed class Matcher(SearchQuery query)
{
    private const int MaximumMatches = 1000;

    private readonly SearchClause[] _clauses = [.. query.Clauses];
    private readonly ulong[] _partial = new ulong[query.Clauses.Count];
    private readonly bool[] _found = new bool[query.Clauses.Count];
    private readonly int[] _starts = new int[64];
    private readonly List<SearchMatch> _matches = [];

    /// <summary>Where the query stands in the message; null where the query does not find it.</summary>
    public IReadOnlyList<SearchMatch>? Match(Message message)
    {
        Array.Clear(_found);
        _matches.Clear();
        foreach (var (field, item, text) in SearchText.Of(message))
        {
            if (!Scan(field, item, text))
            {
                return null;
            }
        }

        for (var i = 0; i < _clauses.Length; i++)
        {
            if (!_found[i] && !_clauses[i].IsExcluded)
            {
                return null;
            }
        }

        _matches.Sort((a, b) => (a.Field, a.Item, a.Start, a.Length).CompareTo((b.Field, b.Item, b.Start, b.Length)));
        return [.. _matches];
    }

    // False where an exclusion is found. Phrases are found by shifting a bit for each that has begun: bit i of the partial
    // matches says that the first i + 1 tokens of the clause end here.
    private bool Scan(SearchField field, int item, string text)
    {
        Array.Clear(_partial);
        var tokenizer = new Tokenizer(text);
        for (var position = 0; tokenizer.MoveNext(); position++)
        {
            _starts[position & 63] = tokenizer.Start;
            var token = tokenizer.Token;
            for (var i = 0; i < _clauses.Length; i++)
            {
                var clause = _clauses[i];
                var count = clause.Tokens.Count;
                if (count == 1)
                {
                    _partial[i] = Fits(token, clause, 0) ? 1UL : 0;
                }
                else
                {
                    var begun = (_partial[i] << 1) | 1;
                    var now = 0UL;
                    for (var rest = begun; rest != 0; rest &= rest - 1)
                    {
                        var at = System.Numerics.BitOperations.TrailingZeroCount(rest);
                        if (at >= count)
                        {
                            break;
                        }

                        now |= Fits(token, clause, at) ? 1UL << at : 0;
                    }

                    _partial[i] = now;
                }

                if ((_partial[i] >> (count - 1) & 1) == 0)
                {
                    continue;
                }

                if (clause.IsExcluded)
                {
                    return false;
                }

                _found[i] = true;
                if (_matches.Count < MaximumMatches)
                {
                    var start = _starts[(position - count + 1) & 63];
                    _matches.Add(new SearchMatch(field, item, start, tokenizer.End - start));
                }
            }
        }

        return true;
    }

    private static bool Fits(ReadOnlySpan<char> token, SearchClause clause, int at)
    {
        var wanted = clause.Tokens[at].AsSpan();
        return clause.IsPrefix && at == clause.Tokens.Count - 1 ? token.StartsWith(wanted) : token.SequenceEqual(wanted);
    }
}

/// <summary>The texts of a message that are searched.</summary>
internal static class SearchText
{
    /// <summary>In order of <see cref="SearchField"/>.</summary>
    public static IEnumerable<(SearchField Field, int Item, string Text)> Of(Message message)
    {
        if (message.Body is { Length: > 0 } body)
        {
            yield return (SearchField.Body, 0, body);
        }

        if (message.Quote?.Text is { Length: > 0 } quoted)
        {
            yield return (SearchField.Quote, 0, quoted);
        }

        for (var i = 0; i < message.Attachments.Count; i++)
        {
            if (message.Attachments[i].FileName is { Length: > 0 } name)
            {
                yield return (SearchField.FileName, i, name);
            }

            if (message.Attachments[i].Caption is { Length: > 0 } caption)
            {
                yield return (SearchField.Caption, i, caption);
            }
        }

        for (var i = 0; i < message.Previews.Count; i++)
        {
            if (message.Previews[i].Title is { Length: > 0 } title)
            {
                yield return (SearchField.LinkTitle, i, title);
            }

            if (message.Previews[i].Url is { Length: > 0 } url)
            {
                yield return (SearchField.LinkUrl, i, url);
            }
        }

        if (message.Poll is { } poll)
        {
            yield return (SearchField.PollQuestion, 0, poll.Question);
            for (var i = 0; i < poll.Options.Count; i++)
            {
                yield return (SearchField.PollOption, i, poll.Options[i].Text);
            }
        }

        for (var i = 0; i < message.Contacts.Count; i++)
        {
            yield return (SearchField.ContactName, i, message.Contacts[i].Name);
        }

        for (var i = 0; i < message.Edits.Count; i++)
        {
            if (message.Edits[i].Body is { Length: > 0 } earlier)
            {
                yield return (SearchField.EarlierVersion, i, earlier);
            }
        }
    }
}
