using System.Buffers;
using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Checks;

// Who is said to have said it, wherever in the sentence, and what belongs to whom.
internal sealed partial class PointChecker
{
    private static readonly HashSet<string> Speech = ("says said say asks asked ask tells told notes noted mentions mentioned writes wrote "
        + "reports reported explains explained adds added replies replied answers answered suggests suggested claims claimed thinks "
            + "thought "
        + "sagt sagte fragt fragte meint meinte schreibt schrieb erzählt berichtet erklärt antwortet antwortete zegt zei vraagt vroeg "
            + "schrijft "
        + "schreef vertelt meldt antwoordt stelt dit demande écrit raconte répond propose dice dijo pregunta escribe cuenta responde "
        + "chiede scrive racconta risponde säger frågar skriver disse diz pergunta").Split(' ').ToHashSet(StringComparer.Ordinal);

    private static readonly SearchValues<char> Marks = SearchValues.Create(",;:–—-\"”’)");

    /// <summary>Before whose account it is.</summary>
    private static readonly HashSet<string> Sourcing =
        "according laut zufolge gemäß volgens selon d'après según secondo segundo enligt".Split(' ').ToHashSet(StringComparer.Ordinal);

    /// <summary>May be what a statement is about without having been said.</summary>
    private static readonly HashSet<string> Neutral = ("meeting chat conversation discussion question answer plan idea team speaker "
        + "speakers "
        + "friends family message messages reminder update information details topic talk gespräch frage antwort nachricht treffen team "
        + "gesprek vraag antwoord bericht discussie réunion message question conversación reunión mensaje conversazione riunione messaggio")
        .Split(' ').ToHashSet(StringComparer.Ordinal);

    /// <summary>Whoever is named beside "says", "according to" or before a colon must have said it.</summary>
    private string? CheckAttribution(ModelPoint point, Facts said, List<(int Speaker, int Start)> named,
        List<(SheetLine Line, Facts Facts)> cited)
    {
        var words = new Facts(point.Text, sent: null).Surfaces;
        var content = Content(said).Where(x => cited.Exists(c => c.Facts.Says(x))).ToList();
        var who = SpeakerOf(point.Who, cited);
        for (var i = 0; i < words.Count; i++)
        {
            var isSpeech = Speech.Contains(words[i].Lower);
            var isSource = Sourcing.Contains(words[i].Lower);
            if (!isSpeech && !isSource)
            {
                continue;
            }

            // Before the verb, or after it where a mark or nothing else stands before it.
            var before = isSpeech ? Near(words, i, -1, named) : null;
            var after = isSource || i == 0 || IsMarked(point.Text, words[i - 1], words[i]) ? Near(words, i, 1, named) : null;
            foreach (var word in new[] { before, after }.OfType<(int Start, string Surface, string Lower)>())
            {
                if (named.Exists(x => word.Start >= x.Start && word.Start < x.Start + labels[x.Speaker].Length)
                    ? IsForged(named.First(x => word.Start >= x.Start && word.Start < x.Start + labels[x.Speaker].Length).Speaker)
                    : !IsAccountedFor(word.Lower, cited))
                {
                    return "speaker";
                }
            }
        }

        var opening = named.Where(x => point.Text[..x.Start].All(c => !char.IsLetterOrDigit(c))).Select(x => x.Speaker);
        if (opening.Append(who).Any(x => x >= 0 && IsOutdone(x)))
        {
            return "speaker";
        }

        var colon = point.Text.IndexOf(": ", StringComparison.Ordinal);
        if (colon >= 0 && words.Where(x => x.Start < colon).ToList() is { Count: > 0 and <= 4 } prefix
            && prefix.Exists(x => !named.Exists(n => x.Start >= n.Start && x.Start < n.Start + labels[n.Speaker].Length)
                && !IsAccountedFor(x.Lower, cited)))
        {
            return "speaker";
        }

        // "Clara and the administrator": so must both.
        if (words.Where((x, i) => i > 0 && IsAnd(x.Lower) && named.Exists(n => n.Start + labels[n.Speaker].Length == x.Start - 1)).ToList()
            .Exists(x => Near(words, words.IndexOf(x), 1, named) is { } joined && !named.Exists(n => n.Start == joined.Start)
                && !IsAccountedFor(joined.Lower, cited)))
        {
            return "speaker";
        }

        return null;

        // Somebody else said more of it.
        bool IsOutdone(int speaker)
        {
            var own = Own(speaker, cited);
            var mine = content.Count(x => own.Exists(c => c.Facts.Says(x)));
            return mine < LeastOwn * content.Count || cited.Except(own).GroupBy(x => x.Line.Speaker)
                .Any(x => content.Count(w => x.Any(c => c.Facts.Says(w))) > mine);
        }

        bool IsForged(int speaker) => (who >= 0 && who != speaker && !cited.Exists(x => x.Line.Speaker == speaker))
            || Own(speaker, cited).Count == 0 || IsOutdone(speaker);
    }

    /// <summary>What a statement is about was spoken of.</summary>
    private string? CheckSubject(Facts said, List<(int Speaker, int Start)> named, List<(SheetLine Line, Facts Facts)> cited)
    {
        var first = said.Surfaces.Find(x => x.Lower.Length > 1 && char.IsLetter(x.Lower[0]) && !IsStop(x.Lower));
        return named.Exists(x => x.Start < first.Start) || first.Lower is null || !string.Equals(language, spoken, StringComparison.Ordinal)
            || IsAccountedFor(first.Lower, cited) ? null : "content";
    }

    /// <summary>Numbers stand beside their words and with those who said them, names in their order.</summary>
    private string? CheckBindings(ModelPoint point, Facts said, List<(int Speaker, int Start)> named, List<(SheetLine Line,
        Facts Facts)> cited)
    {
        var signs = cited.SelectMany(x => Bindings.Signed(x.Line.Text)).ToHashSet(StringComparer.Ordinal);
        if (Bindings.Signed(point.Text).Any(x => !signs.Contains(x)))
        {
            return "number";
        }

        var here = new Bindings(WithoutAddresses(said.Text), IsStop);
        var there = cited.ConvertAll(x => new Bindings(WithoutAddresses(x.Line.Text), IsStop));
        if (string.Equals(language, spoken, StringComparison.Ordinal) && here.HasLooseNumber(there))
        {
            return "number";
        }

        var bounds = cited.SelectMany(x => Bounds.In(x.Line.Text)).ToHashSet(StringComparer.Ordinal);
        if (string.Equals(language, spoken, StringComparison.Ordinal) && Bounds.In(point.Text).Any(x => !bounds.Contains(x)))
        {
            return "date";
        }

        var who = SpeakerOf(point.Who, cited);
        foreach (var (start, value) in here.Numbers)
        {
            var last = named.Where(x => x.Start < start).OrderByDescending(x => x.Start).Select(x => x.Start).FirstOrDefault(-1);
            var speakers = last < 0 ? [who] : named.Where(x => x.Start <= last && IsJoined(point.Text, x.Start, last)).Select(x
                => x.Speaker).ToList();
            var own = speakers.Where(x => x >= 0).SelectMany(x => Own(x, cited)).ToList();
            if (own.Count > 0 && !own.Exists(x => x.Facts.Numbers.Contains(value) || x.Facts.Moments.Implied.Contains(value)))
            {
                return "speaker";
            }
        }

        return IsReversed(point.Text, named, cited, there) ? "speaker" : null;
    }

    /// <summary>Two people whom every cited message that names both names the other way round.</summary>
    private bool IsReversed(string text, List<(int Speaker, int Start)> named, List<(SheetLine Line, Facts Facts)> cited,
        List<Bindings> there)
    {
        var people = named.Select(x => (x.Start, Name: FirstName(labels[x.Speaker]).ToLowerInvariant(), x.Speaker)).ToList();
        if (language is not ("de" or "lb"))
        {
            // Other names: with a capital letter, and by nobody written without.
            people.AddRange(new Facts(text, sent: null).Surfaces.Skip(1).Where(x => char.IsUpper(x.Surface[0]) && x.Lower.Length > 2
                && !common.Contains(x.Lower) && !IsStop(x.Lower) && !Moments.IsMoment(x.Lower) && !people.Exists(p => x.Start >= p.Start
                    && x.Start < p.Start + (p.Speaker < 0 ? 1 : labels[p.Speaker].Length))).Select(x => (x.Start, x.Lower, -1)));
            people.AddRange(new Facts(text, sent: null).Surfaces.Take(1).Where(x => char.IsUpper(x.Surface[0]) && x.Lower.Length > 2
                && !common.Contains(x.Lower) && !IsStop(x.Lower) && !Moments.IsMoment(x.Lower) && !people.Exists(p => p.Start == x.Start)
                && cited.Exists(c => c.Facts.Surfaces.Skip(1).Any(s => s.Surface == x.Surface))).Select(x => (x.Start, x.Lower, -1)));
        }

        people.AddRange(new Facts(text, sent: null).Surfaces.Where(x => char.IsUpper(x.Surface[0]) && x.Lower.Length > 3
            && x.Lower[^1] == 's'
            && !cited.Exists(c => c.Facts.Lower.Contains(x.Lower)) && cited.Exists(c => c.Facts.Surfaces.Any(s
                => s.Surface == x.Surface[..^1])))
            .Select(x => (x.Start, x.Lower[..^1], -1)));
        var inOrder = people.OrderBy(x => x.Start).DistinctBy(x => x.Name, StringComparer.Ordinal).ToList();
        for (var i = 0; i < inOrder.Count; i++)
        {
            for (var j = i + 1; j < inOrder.Count; j++)
            {
                var orders = cited.Select((x, n) => there[n].Order(inOrder[i].Name, inOrder[j].Name, x.Line.Speaker == inOrder[i].Speaker,
                    x.Line.Speaker == inOrder[j].Speaker)).Where(x => x != 0).ToList();
                if (orders.Count > 0 && orders.TrueForAll(x => x < 0) && !IsJoined(text, inOrder[i].Start, inOrder[j].Start))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>"Anna and Ben": in either order.</summary>
    private static bool IsJoined(string text, int first, int second)
    {
        var between = text[first..second].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        return between.TrueForAll(x => IsAnd(x) || x is "," or "or" or "oder");
    }

    private static bool IsAnd(string lower) => lower is "and" or "und" or "en" or "et" or "y" or "e" or "och" or "&";

    private List<(SheetLine Line, Facts Facts)> Own(int speaker, List<(SheetLine Line, Facts Facts)> cited) => cited.Where(x =>
        x.Line.Speaker == speaker || x.Facts.Names(labels[speaker]) || x.Facts.Names(FirstName(labels[speaker]))).ToList();

    private bool IsAccountedFor(string lower, List<(SheetLine Line, Facts Facts)> cited) => cited.Exists(x => x.Facts.Says(lower))
        || cited.Exists(x => HasToken(labels[x.Line.Speaker], lower)) || Framing.Contains(lower) || Neutral.Contains(lower) || IsStop(lower)
        || Moments.IsMoment(lower) || Numerals.Read(lower).Count > 0 || IsGenitive(lower, cited);

    /// <summary>"Davids Bruder": the name of a speaker with the ending of the second case.</summary>
    private bool IsGenitive(string lower, List<(SheetLine Line, Facts Facts)> cited) => lower.Length > 3 && lower[^1] == 's'
        && cited.Exists(x => HasToken(labels[x.Line.Speaker], lower[..^1]) || x.Facts.Lower.Contains(lower[..^1]));

    /// <summary>The next word that says something, within three.</summary>
    private (int Start, string Surface, string Lower)? Near(List<(int Start, string Surface, string Lower)> words, int at, int step,
        List<(int Speaker, int Start)> named)
    {
        for (var i = at + step; i >= 0 && i < words.Count && Math.Abs(i - at) <= 3; i += step)
        {
            if (step < 0 && (IsAnd(words[i].Lower) || words[i].Lower is "but" or "or"))
            {
                return null;
            }

            if ((!IsStop(words[i].Lower) && words[i].Lower.Length > 1) || named.Exists(x => x.Start == words[i].Start))
            {
                return words[i];
            }
        }

        return null;
    }

    private static bool IsMarked(string text, (int Start, string Surface, string Lower) before, (int Start, string Surface,
        string Lower) word) =>
        text.AsSpan(before.Start + before.Surface.Length, word.Start - before.Start - before.Surface.Length).ContainsAny(Marks);

    private static string WithoutAddresses(string text) => string.Join(' ', text.Split(' ').Select(x =>
        Wording.Addresses(x).Any() ? new string('_', x.Length) : x));
}
