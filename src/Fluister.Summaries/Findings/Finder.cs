using Fluister.Archive.Conversations;
using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries.Findings;

/// <summary>Finds what people look for in a conversation, by signs in the text and by who answered whom. Quotes only.</summary>
internal sealed partial class Finder
{
    private readonly Selection _selection;
    private readonly Passages _passages;
    private readonly Participant _self;
    private readonly DigestOptions _options;
    private readonly ILookup<int, int> _answersTo;

    /// <summary>Over one selection.</summary>
    public Finder(Selection selection, Passages passages, Participant self, DigestOptions options)
    {
        (_selection, _passages, _self, _options) = (selection, passages, self, options);
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        var bySender = new Dictionary<(string?, Timestamp), int>();
        for (var i = 0; i < selection.Spoken.Count; i++)
        {
            byId[selection.Spoken[i].Id] = i;
            bySender[(selection.Spoken[i].Sender?.Id, selection.Spoken[i].SentAt)] = i;
        }

        for (var i = 0; i < selection.Spoken.Count; i++)
        {
            if (selection.Spoken[i].Quote is { } quote
                && ((quote.MessageId is { } id && byId.TryGetValue(id, out var to))
                || bySender.TryGetValue((quote.Author?.Id, quote.SentAt), out to)))
            {
                Replies.Add((i, to));
            }
        }

        _answersTo = Replies.ToLookup(x => x.To, x => x.From);
    }

    /// <summary>Answers and what they answer, as indexes of utterances.</summary>
    public List<(int From, int To)> Replies { get; } = [];

    /// <summary>Findings beyond the limit.</summary>
    public int Omitted { get; private set; }

    /// <summary>Sentences in which others name the owner, by a mention or by name.</summary>
    public IReadOnlyList<DigestQuote> MentionsOfMe()
    {
        var found = new List<DigestQuote>();
        var name = _self.Name.Trim();
        for (var i = 0; i < _selection.Spoken.Count; i++)
        {
            var message = _selection.Spoken[i];
            if (message.Sender is { } sender && (sender.IsSelf || string.Equals(sender.Id, _self.Id, StringComparison.Ordinal)))
            {
                continue;
            }

            var at = message.Ranges.FirstOrDefault(x => x.Style == BodyStyle.Mention && x.Mention is { } who
                && (who.IsSelf || string.Equals(who.Id, _self.Id, StringComparison.Ordinal)))?.Start ?? NameIn(message.Body!, name);
            if (at >= 0 && SentenceAt(i, at) is { } sentence)
            {
                found.Add(Quote(sentence));
            }
        }

        return Newest(found);
    }

    /// <summary>Files, newest kept.</summary>
    public IReadOnlyList<DigestFile> Files() => Newest(_selection.Messages.SelectMany(m => m.Attachments.Select(
        a => new DigestFile(a.FileName, a.ContentType, a.Size ?? 0, a.IsVoiceMessage, m.Id, m.Sender, m.SentAt))).ToList());

    private static int NameIn(string body, string name)
    {
        if (name.Length < 3 || string.Equals(name, "Unknown", StringComparison.Ordinal))
        {
            return -1;
        }

        for (var at = body.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0;)
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(body[at - 1])) && (end == body.Length || !char.IsLetterOrDigit(body[end])))
            {
                return at;
            }

            at = body.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase);
        }

        return -1;
    }

    private Sentence? SentenceAt(int utterance, int position)
    {
        for (var s = _passages.FirstSentence[utterance]; s < _passages.FirstSentence[utterance + 1]; s++)
        {
            var sentence = _passages.Sentences[s];
            if (position < sentence.Start + sentence.Length)
            {
                return sentence.Cost <= LongestFinding ? sentence : null;
            }
        }

        return null;
    }

    private DigestQuote Quote(in Sentence sentence, double score = 1)
    {
        var message = _selection.Spoken[sentence.Utterance];
        return new(message.Id, message.Sender, message.SentAt, _passages.TextOf(sentence), score);
    }

    private List<T> Newest<T>(List<T> found)
    {
        var over = Math.Max(0, found.Count - _options.Findings);
        Omitted += over;
        return over == 0 ? found : found.GetRange(over, _options.Findings);
    }
}
