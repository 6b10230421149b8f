using Fluister.Archive.Conversations;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Findings;
using Fluister.Summaries.Language;
using Fluister.Summaries.Segments;

namespace Fluister.Summaries;

/// <summary>Digests a conversation without a model of language: it quotes, word for word, and never writes a sentence of its own.</summary>
public static class Digester
{
    /// <summary>A neighbour is shown up to this many words.</summary>
    private const int NeighbourWords = 40;

    private const int KeywordsPerTopic = 4;

    /// <summary>No more topics than a person takes in, nor than have a sentence each in so many words.</summary>
    private const int MaximumTopics = 12;
    private const int WordsPerTopic = 20;

    /// <summary>Makes a digest. Reads the messages once, in any order; n log n.</summary>
    /// <param name="conversation">Where they are from.</param>
    /// <param name="self">The owner of the archive.</param>
    /// <param name="messages">What to digest; disappearing and view-once messages are taken as they come: leave them out before.</param>
    /// <param name="options">How.</param>
    public static Digest Digest(Conversation conversation, Participant self, IEnumerable<Message> messages, DigestOptions options)
    {
        var selection = new Selection(messages);
        var passages = new Passages(selection.Utterances, selection.Speakers.ConvertAll(x => x?.Name ?? ""), options.Language);
        var finder = new Finder(selection, passages, self, options);
        var digest = new Digest
        {
            Conversation = conversation,
            Ask = options.Ask,
            From = selection.Messages.Count > 0 ? selection.Messages[0].SentAt : null,
            To = selection.Messages.Count > 0 ? selection.Messages[^1].SentAt : null,
            TimeZone = options.TimeZone,
            MessageCount = selection.Messages.Count,
            Language = passages.Language,
            Activity = Activity(selection),
            Decisions = finder.Decisions(),
            OpenQuestions = finder.OpenQuestions(),
            Dates = finder.Dates(),
            Links = finder.Links(),
            Files = finder.Files(),
            MentionsOfMe = finder.MentionsOfMe(),
            Topics = options.Ask is null ? Topics(selection, passages, finder.Replies, options.Words) : [],
            Answers = options.Ask is { } ask ? Answers(selection, passages, ask, options.Words) : [],
        };
        return digest with
        {
            Omitted = new()
            {
                Disappearing = options.OmittedDisappearing,
                ViewOnce = options.OmittedViewOnce,
                Erased = selection.Erased,
                Events = selection.Events,
                WithoutText = selection.WithoutText,
                Older = selection.Older,
                Findings = finder.Omitted,
            },
        };
    }

    private static List<DigestTopic> Topics(Selection selection, Passages passages, IReadOnlyList<(int, int)> replies, int words)
    {
        var segments = Segmenter.Cut(passages, selection.Spoken.Select(x => x.SentAt.UnixMilliseconds).ToArray(), replies,
            Math.Clamp(words / WordsPerTopic, 2, MaximumTopics));
        var picks = Engine().Choose(passages, question: null, words);
        var keywords = new Keywords(passages);
        var next = 0;
        return segments.ConvertAll(segment =>
        {
            var quotes = new List<DigestQuote>();
            for (; next < picks.Count && picks[next].Sentence.Utterance < segment.End; next++)
            {
                quotes.Add(Quote(selection, passages, picks[next].Sentence, picks[next].Score));
            }

            return new DigestTopic(keywords.Of(segment, KeywordsPerTopic), selection.Spoken[segment.Start].SentAt,
                selection.Spoken[segment.End - 1].SentAt, segment.Count, quotes);
        });
    }

    private static List<DigestPassage> Answers(Selection selection, Passages passages, string ask, int words)
    {
        var question = new Question(passages, ask);
        if (question.IsUnanswerable)
        {
            return [];
        }

        var picks = Engine().Choose(passages, question.IsOpen ? null : question, words);
        var answers = new List<DigestPassage>();
        for (var i = 0; i < picks.Count;)
        {
            var end = i + 1;
            while (end < picks.Count && picks[end].Sentence.Utterance - picks[end - 1].Sentence.Utterance <= 2)
            {
                end++;
            }

            var quotes = picks[i..end].ConvertAll(x => Quote(selection, passages, x.Sentence, x.Score));
            answers.Add(new(quotes, Neighbour(picks[i].Sentence, -1), Neighbour(picks[end - 1].Sentence, 1)));
            i = end;
        }

        return answers;

        DigestQuote? Neighbour(Sentence sentence, int step)
        {
            var at = passages.IndexOf(sentence) + step;
            return at >= 0 && at < passages.Sentences.Count && passages.Sentences[at] is var near && near.Cost is > 0 and <= NeighbourWords
                && Math.Abs(near.Utterance - sentence.Utterance) <= 1
                ? Quote(selection, passages, near, 0)
                : null;
        }
    }

    private static ExtractiveEngine Engine() => new(Ranker.Default, Tuning.Default);

    private static DigestQuote Quote(Selection selection, Passages passages, in Sentence sentence, double score)
    {
        var message = selection.Spoken[sentence.Utterance];
        return new(message.Id, message.Sender, message.SentAt, passages.TextOf(sentence), score);
    }

    private static List<DigestActivity> Activity(Selection selection)
    {
        var (messages, words) = (new int[selection.Speakers.Count], new long[selection.Speakers.Count]);
        foreach (var message in selection.Messages)
        {
            var speaker = selection.NumberOf(message.Sender);
            messages[speaker]++;
            words[speaker] += Words.Count(message.Body);
        }

        var all = Math.Max(1, words.Sum());
        return selection.Speakers.Select((x, i) => new DigestActivity(x, messages[i], words[i], (double)words[i] / all))
            .OrderByDescending(x => x.Messages).ThenByDescending(x => x.Words).ThenBy(x => x.Participant?.Id, StringComparer.Ordinal)
            .ToList();
    }
}
