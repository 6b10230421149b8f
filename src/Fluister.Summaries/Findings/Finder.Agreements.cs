using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries.Findings;

// What was decided, and what was asked without an answer.
internal sealed partial class Finder
{
    /// <summary>Longer sentences are no findings (words).</summary>
    private const int LongestFinding = 60;

    /// <summary>An answer comes within this many utterances, and within this time in milliseconds.</summary>
    private const int AnswerReach = 8;
    private const long AnswerTime = 12L * 3600 * 1000;

    /// <summary>Said of something settled: such a sentence is a decision by itself.</summary>
    private static readonly Phrases Settled = new(
        "we decided|we 've decided|we've decided|we have decided|i decided|i've decided|it's decided|has been decided|was decided|"
        + "we agreed|we've agreed|we have agreed|it's agreed|was agreed|it's settled|is settled|it's a deal|final decision|"
        + "the decision is|decision made|decided to|agreed to|agreed on|we're going with|we are going with|we'll go with|"
        + "we will go with|let's go with|we settled on|going ahead with|wir haben beschlossen|haben entschieden|wurde beschlossen|"
        + "ist beschlossen|abgemacht|wir nehmen|machen wir so|so machen wir|beschlossen|we hebben besloten|is besloten|"
        + "we hebben afgesproken|afgesproken|we gaan voor|doen we|we nemen|on a décidé|nous avons décidé|c'est décidé|on est d'accord|"
        + "c'est convenu|on part sur|hemos decidido|está decidido|quedamos en|hemos acordado|acordamos|decidimos|abbiamo deciso|"
        + "è deciso|siamo d'accordo|abbiamo concordato|decidiamo|decidimos|ficou decidido|combinámos|combinado|vi har bestämt|"
        + "det är bestämt");

    /// <summary>Said of something proposed: a decision where somebody else agrees soon after.</summary>
    private static readonly Phrases Proposed = new(
        "let's|lets|shall we|how about|what about|i suggest|i propose|we should|lass uns|lasst uns|wollen wir|sollen wir|wir sollten|"
        + "wir könnten|ich schlage vor|wie wäre es|wie wär's|laten we|zullen we|we moeten|ik stel voor|on fait|je propose|et si on|"
        + "nous devrions|propongo|y si|deberíamos|quedamos|vamos a|facciamo|propongo|dovremmo|che ne dici|proponho|devíamos|ska vi|"
        + "vi borde|jag föreslår");

    private static readonly Phrases Accepted = new(
        "ok|okay|agreed|deal|sounds good|sounds great|sounds perfect|perfect|great idea|good idea|good plan|yes|yeah|yep|sure|fine|"
        + "works for me|i'm in|count me in|done|alright|absolutely|let's do it|let's do that|👍|👌|✅|ja|gut|gerne|einverstanden|passt|"
        + "abgemacht|klar|super|machen wir|goed|prima|akkoord|top|is goed|lijkt me goed|doen we|oui|d'accord|parfait|ça marche|"
        + "ça me va|sí|si|vale|de acuerdo|perfecto|claro|va bene|perfetto|certo|d'accordo|sim|combinado|perfeito|bra|absolut");

    /// <summary>Decisions, in order of time.</summary>
    public IReadOnlyList<DigestQuote> Decisions()
    {
        var found = new List<DigestQuote>();
        for (var i = 0; i < _selection.Spoken.Count; i++)
        {
            for (var s = _passages.FirstSentence[i]; s < _passages.FirstSentence[i + 1]; s++)
            {
                var sentence = _passages.Sentences[s];
                if (sentence.Cost < 3 && s > _passages.FirstSentence[i] && Closing.Begins(TextSpan(sentence)))
                {
                    // "Tuesday, seven, the old mill. Decided." The last word makes a decision of those before it.
                    found.Add(Quote(Through(_passages.FirstSentence[i], s)));
                    break;
                }

                if (sentence.Cost is < 3 or > LongestFinding || !HasContent(sentence) || BreaksOff(TextSpan(sentence)))
                {
                    continue;
                }

                var text = TextSpan(sentence);
                var asks = IsQuestion(text);
                if ((!asks && Settled.In(text)) || (Proposed.In(text) && IsAccepted(i)))
                {
                    // "Shall we settle it? I say Tuesday." What was agreed to follows the question.
                    found.Add(Quote(asks ? Through(s, _passages.FirstSentence[i + 1] - 1) : sentence, asks ? 0.5 : 1));
                    break;
                }
            }
        }

        return Newest(WithoutRepeats(found));
    }

    private static readonly Phrases Closing = new("decided|agreed|settled|deal|beschlossen|abgemacht|afgesproken|akkoord|décidé|convenu|"
        + "decidido|acordado|deciso|combinado|bestämt");

    /// <summary>From one sentence of a message to a later one, where that is not too long; else the first alone.</summary>
    private Sentence Through(int from, int to)
    {
        var (first, last) = (_passages.Sentences[from], _passages.Sentences[to]);
        var cost = 0;
        for (var s = from; s <= to; s++)
        {
            cost += _passages.Sentences[s].Cost;
        }

        return cost > LongestFinding ? first : first with { Length = last.Start + last.Length - first.Start };
    }

    /// <summary>Of quotes with the same words, the newest.</summary>
    private static List<DigestQuote> WithoutRepeats(List<DigestQuote> quotes)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var kept = new List<DigestQuote>(quotes.Count);
        for (var i = quotes.Count - 1; i >= 0; i--)
        {
            if (seen.Add(quotes[i].Text))
            {
                kept.Add(quotes[i]);
            }
        }

        kept.Reverse();
        return kept;
    }

    /// <summary>Questions that nobody answered, in order of time.</summary>
    public IReadOnlyList<DigestQuote> OpenQuestions()
    {
        var found = new List<DigestQuote>();
        for (var i = 0; i < _selection.Spoken.Count; i++)
        {
            for (var s = _passages.FirstSentence[i]; s < _passages.FirstSentence[i + 1]; s++)
            {
                var sentence = _passages.Sentences[s];
                if (sentence.Cost is < 3 or > LongestFinding || !IsQuestion(TextSpan(sentence)) || !HasContent(sentence)
                    || BreaksOff(TextSpan(sentence)))
                {
                    continue;
                }

                // What the same person goes on to say after the question may answer it: "Who comes? I do."
                var last = s == _passages.FirstSentence[i + 1] - 1;
                if (!IsAnswered(i, sentence) && (last || IsQuestion(TextSpan(_passages.Sentences[_passages.FirstSentence[i + 1] - 1]))))
                {
                    found.Add(Quote(sentence));
                }
            }
        }

        return Newest(WithoutRepeats(found));
    }

    private static bool IsQuestion(ReadOnlySpan<char> text)
    {
        var open = text.TrimEnd(" \"'”’»)!");
        if (open.Length == 0 || open[^1] is not ('?' or '？' or '؟'))
        {
            return false;
        }

        // "We meet at eight, right?" tells more than it asks.
        var bare = open.TrimEnd("?？؟ ");
        return !Tags.Contains(bare[(bare.LastIndexOfAny(' ', ',') + 1)..].ToString());
    }

    private static readonly HashSet<string> Tags = new(StringComparer.OrdinalIgnoreCase)
    {
        "right", "ok", "okay", "eh", "huh", "yeah", "no", "oder", "gell", "toch", "hè", "he", "hein", "verdad", "né", "va",
    };

    private static bool BreaksOff(ReadOnlySpan<char> text) => text[^1] is ',' or '-' or '–' || text.EndsWith('}');

    private ReadOnlySpan<char> TextSpan(in Sentence s) => _selection.Utterances[s.Utterance].Text.AsSpan(s.Start, s.Length);

    private bool HasContent(in Sentence sentence)
    {
        foreach (var stem in _passages.StemsOf(sentence))
        {
            if (stem >= 0 && !_passages.IsStop[stem])
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAccepted(int utterance)
    {
        if (_selection.Spoken[utterance].Reactions.Any(x => Accepted.In(x.Emoji) && !Same(x.Sender?.Id, utterance)))
        {
            return true;
        }

        return Followers(utterance, 3).Any(i => FirstSentenceOf(i) is { } first && first.Cost <= 16 && Accepted.Begins(TextSpan(first))
            && !IsQuestion(TextSpan(first)));
    }

    private bool IsAnswered(int utterance, in Sentence question)
    {
        if (_selection.Spoken[utterance].Reactions.Any(x => !Same(x.Sender?.Id, utterance)) || _answersTo[utterance]
            .Any(i => !SameSpeaker(i, utterance)))
        {
            return true;
        }

        var first = true;
        foreach (var i in Followers(utterance, AnswerReach))
        {
            if (FirstSentenceOf(i) is not { } opening)
            {
                continue;
            }

            if (!IsQuestion(TextSpan(_passages.Sentences[_passages.FirstSentence[i + 1] - 1]))
                && ((first && _selection.Speakers.Count <= 2) || Accepted.Begins(TextSpan(opening)) || No.Begins(TextSpan(opening))
                || Shares(i, question)))
            {
                return true;
            }

            first = false;
        }

        return false;
    }

    private static readonly Phrases No = new("no|nope|nah|not|nobody|nothing|never|don't know|idk|nein|nee|nö|non|não|nej|nicht|niet|"
        + "pas|maybe|vielleicht|misschien|because|i think|i don't|i do|it's|it is|probably|at|on|in|um|om|à|a las|alle");

    /// <summary>Later utterances of others, soon enough to answer, unless they quote something else.</summary>
    private IEnumerable<int> Followers(int utterance, int reach)
    {
        var until = Math.Min(_selection.Spoken.Count - 1, utterance + reach);
        for (var i = utterance + 1; i <= until; i++)
        {
            var wait = (Int128)_selection.Spoken[i].SentAt.UnixMilliseconds - _selection.Spoken[utterance].SentAt.UnixMilliseconds;
            if (wait > AnswerTime)
            {
                yield break;
            }

            if (!SameSpeaker(i, utterance) && (_selection.Spoken[i].Quote is null || _answersTo[utterance].Contains(i)))
            {
                yield return i;
            }
        }
    }

    private Sentence? FirstSentenceOf(int utterance) => _passages.FirstSentence[utterance] is var first
        && first < _passages.FirstSentence[utterance + 1]
        ? _passages.Sentences[first]
        : null;

    private bool Shares(int utterance, in Sentence question)
    {
        for (var s = _passages.FirstSentence[utterance]; s < _passages.FirstSentence[utterance + 1]; s++)
        {
            foreach (var stem in _passages.StemsOf(_passages.Sentences[s]))
            {
                if (stem >= 0 && !_passages.IsStop[stem] && _passages.StemsOf(question).Contains(stem))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool SameSpeaker(int a, int b) => _selection.Utterances[a].Speaker == _selection.Utterances[b].Speaker;

    private bool Same(string? id, int utterance) => string.Equals(id, _selection.Spoken[utterance].Sender?.Id, StringComparison.Ordinal);
}
