using Fluister.Archive.Conversations;
using Fluister.Archive.Sealed;

namespace Fluister.Archive.Search;

/// <summary>Collects messages and writes them as segments whose size, and so the memory for it, is bounded.</summary>
internal sealed class IndexBuilder
{
    // Whichever comes first ends a segment.
    private const int MaximumRows = 100_000;
    private const int MaximumPostings = 1_000_000;
    private const int MaximumTerms = 200_000;

    // A message with more different words is found by reading it.
    private const int MaximumNewTerms = 50_000;

    private readonly SealedWriter _writer;
    private readonly Dictionary<string, int> _conversations = new(StringComparer.Ordinal);
    private readonly List<IndexRow> _rows = [];
    private readonly TermTable _terms = new();

    public IndexBuilder(SealedWriter writer, IEnumerable<string> conversations)
    {
        _writer = writer;
        foreach (var conversation in conversations)
        {
            _conversations.Add(conversation, _conversations.Count);
        }
    }

    /// <summary>Finished segments; those that were there before may be put first.</summary>
    public List<IndexSegment> Segments { get; } = [];

    /// <summary>Ids, in the order of their numbers.</summary>
    public IEnumerable<string> Conversations => _conversations.OrderBy(pair => pair.Value).Select(pair => pair.Key);

    public long LastRowId { get; private set; } = long.MinValue;

    public void Add(Message message)
    {
        var row = _rows.Count;
        if (!_conversations.TryGetValue(message.ConversationId, out var conversation))
        {
            _conversations.Add(message.ConversationId, conversation = _conversations.Count);
        }

        _rows.Add(new IndexRow(message.RowId, message.SentAt.UnixMilliseconds, conversation));
        LastRowId = Math.Max(LastRowId, message.RowId);
        if (message.IsDisappearing || message.IsViewOnce)
        {
            _terms.Add(IndexSegment.Withheld, row);
        }
        else
        {
            AddText(message, row);
        }

        if (_rows.Count >= MaximumRows || _terms.Postings >= MaximumPostings || _terms.Terms >= MaximumTerms)
        {
            Close();
        }
    }

    /// <summary>Writes what is left as a segment.</summary>
    public void Close()
    {
        if (_rows.Count > 0)
        {
            Segments.Add(IndexSegment.Write(_writer, _rows, _terms));
        }

        _rows.Clear();
        _terms.Clear();
    }

    private void AddText(Message message, int row)
    {
        if (HasMention(message))
        {
            _terms.Add(IndexSegment.Mentions, row);
        }

        var limit = _terms.Terms + MaximumNewTerms;
        Span<char> pair = stackalloc char[4 * Folding.Longest];
        foreach (var (_, _, text) in SearchText.Of(message))
        {
            var previous = 0;
            var tokenizer = new Tokenizer(text);
            while (tokenizer.MoveNext())
            {
                if (_terms.Terms >= limit)
                {
                    _terms.Add(IndexSegment.Overlong, row);
                    return;
                }

                var token = tokenizer.Token;
                _terms.Add(token, row);
                if (!tokenizer.IsIdeograph)
                {
                    previous = 0;
                    continue;
                }

                // Two that follow one another are a term too: single ones are too common.
                token.CopyTo(pair[previous..]);
                if (previous > 0)
                {
                    _terms.Add(pair[..(previous + token.Length)], row);
                }

                token.CopyTo(pair);
                previous = token.Length;
            }
        }
    }

    private static bool HasMention(Message message)
        => message.Ranges.Any(IsMention)
        || (message.Quote?.Ranges.Any(IsMention) ?? false)
        || message.Edits.Any(edit => edit.Ranges.Any(IsMention));

    private static bool IsMention(BodyRange range) => range.Style == BodyStyle.Mention;
}
