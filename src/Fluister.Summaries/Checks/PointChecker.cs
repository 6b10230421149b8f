using Fluister.Summaries.Language;
using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Checks;

/// <summary>What became of a point.</summary>
/// <param name="Failed">The first check that it did not pass; null where it stands.</param>
/// <param name="Speaker">Number of the one whose statement it is, or -1.</param>
internal readonly record struct Verdict(string? Failed, int Speaker);

/// <summary>Decides whether the messages that a point cites bear it out. What it lets pass can still be wrong: it compares words, it
/// does not understand. What it cannot find, it drops.</summary>
/// <param name="labels">Of all who spoke in the conversation.</param>
/// <param name="common">Words that somebody wrote in lower case: no names.</param>
/// <param name="language">That the point is to be in.</param>
/// <param name="spoken">That the messages are in; where it is another, words are not compared, all else is.</param>
internal sealed partial class PointChecker(SpeakerLabels labels, IReadOnlySet<string> common, string language, string spoken)
{
    /// <summary>Part of a point's words that the cited messages must have, and how many they may lack.</summary>
    private const double LeastShare = 0.6;
    private const int MostUnsupported = 3;

    /// <summary>Part of the words borne out that the speaker's own messages must have.</summary>
    private const double LeastOwn = 0.4;

    /// <summary>Words that only frame what was said, and open a sentence about people.</summary>
    private static readonly HashSet<string> Framing = (
        "say says said saying ask asks asked asking tell tells told mention mentions mentioned write writes wrote note notes noted "
            + "wonder wonders "
        + "report reports reported explain explains explained add adds added reply replies replied answer answers answered suggest "
            + "suggests "
        + "suggested everyone everybody somebody someone people group members participants they there he she both all several some others "
        + "sagt sagte fragt fragte meint meinte schreibt schrieb erzählt berichtet erklärt antwortet antwortete schlägt vorschlägt alle "
        + "jemand leute gruppe mehrere zegt zei vraagt vroeg schrijft schreef vertelt meldt antwoordt stelt iedereen iemand mensen groep "
        + "dit demande demandé écrit raconte répond propose tout monde quelqu quelqu'un plusieurs groupe dice dijo pregunta preguntó "
            + "escribe "
        + "cuenta responde propone todos alguien gente grupo varios chiede scrive racconta risponde tutti qualcuno gruppo").Split(' ')
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Beginnings of words that say that something is settled.</summary>
    private static readonly string[] Settled =
    [
        "agree", "decid", "decis", "confirm", "promis", "settl", "vereinbar", "beschl", "beschlo", "entschied", "entscheid", "zugesagt",
        "bestätig", "versprach", "versproch", "einig", "afgesprok", "beslot", "beslis", "bevestig", "beloof", "décid", "convenu",
            "confirmé",
        "promet", "accord", "acord", "decidi", "confirmó", "promet", "deciso", "concord", "conferma", "promess",
    ];

    /// <summary>Checks a point about a sheet.</summary>
    public Verdict Check(ModelPoint point, Sheet sheet)
    {
        if (point.Cites.Count is 0 or > PointForm.MostCites || point.Cites.Any(x => x < 1 || x > sheet.Lines.Count)
            || point.Cites.Distinct().Count() != point.Cites.Count)
        {
            return new("cites", -1);
        }

        var lines = point.Cites.Select(x => sheet.Lines[x - 1]).ToList();
        if (point.Text.Length > 2 * PointForm.LongestText || new System.Globalization.StringInfo(point.Text).LengthInTextElements
            > PointForm.LongestText || !point.Text.Any(char.IsLetter))
        {
            return new("length", -1);
        }

        if ((Wording.Fault(point.Text, language) ?? Lettering.Fault(point.Text, lines)) is { } fault)
        {
            return new(fault, -1);
        }

        var cited = lines.ConvertAll(x => (Line: x, Facts: Facts.Of(x)));
        var named = LabelsIn(point.Text, out var rest);
        var said = new Facts(rest, sent: null);
        var failed = CheckLinks(point.Text, cited) ?? CheckNames(named, said, cited) ?? CheckNumbers(said, cited) ?? CheckDates(said, cited)
            ?? CheckSpeaker(point, said, named, cited) ?? CheckAttribution(point, said, named, cited) ?? CheckBindings(point, said, named,
                cited)
            ?? CheckContent(said, cited) ?? CheckNegation(said, cited)
            ?? CheckAgreement(said, cited) ?? CheckSubject(said, named, cited);
        return new(failed, failed is null ? SpeakerOf(point.Who, cited) : -1);
    }

    /// <summary>The number of the speaker; -1 where nobody is named, or one who is only spoken of.</summary>
    private int SpeakerOf(string who, List<(SheetLine Line, Facts Facts)> cited) =>
        labels.Find(who) is var speaker && cited.Exists(x => x.Line.Speaker == speaker) ? speaker : -1;

    /// <summary>Labels in a text, longest first so that "Anna (2)" is not "Anna", and the text without them.</summary>
    private List<(int Speaker, int Start)> LabelsIn(string text, out string rest)
    {
        var found = new List<(int, int)>();
        var left = text.ToCharArray();
        foreach (var speaker in Enumerable.Range(0, labels.Count).OrderByDescending(x => labels[x].Length))
        {
            var label = labels[speaker];
            for (var at = 0; (at = new string(left).IndexOf(label, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += label.Length)
            {
                var end = at + label.Length;
                if ((at == 0 || !char.IsLetterOrDigit(left[at - 1])) && (end == left.Length || !char.IsLetterOrDigit(left[end]))
                    && (char.IsUpper(text[at]) || !common.Contains(label.ToLowerInvariant())))
                {
                    found.Add((speaker, at));
                    left.AsSpan(at, label.Length).Fill(' ');
                }
            }
        }

        rest = new string(left);
        return found;
    }

    private static string? CheckLinks(string text, List<(SheetLine Line, Facts Facts)> cited)
    {
        var known = cited.SelectMany(x => Lettering.Tokens(x.Line.Text)).ToHashSet(StringComparer.Ordinal);
        return Lettering.Tokens(text).All(x => !Wording.Addresses(x).Any() || known.Contains(x))
            && Wording.SpelledAddresses(text).All(x => cited.Exists(c => c.Line.Text.Contains(x, StringComparison.Ordinal))) ? null
                : "link";
    }

    private string? CheckNames(List<(int Speaker, int Start)> named, Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        if (named.Exists(x => !cited.Exists(c => c.Line.Speaker == x.Speaker || c.Facts.Names(labels[x.Speaker])
            || c.Facts.Names(FirstName(labels[x.Speaker])))))
        {
            return "name";
        }

        var isFirst = true;
        var end = 0;
        foreach (var (start, surface, lower) in said.Surfaces)
        {
            isFirst |= said.Text.AsSpan(end, start - end).IndexOfAny('.', '!', '?') >= 0;
            end = start + surface.Length;
            var isWord = char.IsLower(surface[0]) || !char.IsLetter(surface[0]) || surface.Length < 2;
            var isName = !isWord || IsPartOfLabel(lower);
            if (isName && !cited.Exists(x => x.Facts.SaysName(lower, language)) && !cited.Exists(x => HasToken(labels[x.Line.Speaker],
                lower))
                && !IsGenitive(lower, cited) && !IsKnownWord(lower, isFirst || isWord))
            {
                return "name";
            }

            isFirst = false;
        }

        return null;
    }

    /// <summary>A word that is no name though it may begin with a capital letter.</summary>
    private bool IsKnownWord(string lower, bool isFirst) => IsStop(lower) || Moments.IsMoment(lower) || Numerals.Read(lower).Count > 0
        || (isFirst && (common.Contains(lower) || Framing.Contains(lower)) && !IsPartOfLabel(lower));

    private bool IsPartOfLabel(string lower) => lower.Length > 1 && !IsStop(lower) && !common.Contains(lower)
        && Enumerable.Range(0, labels.Count).Any(x => HasToken(labels[x], lower));

    private static bool HasToken(string label, string lower)
    {
        var words = new List<Word>();
        Words.Split(label, words);
        return words.Exists(x => label.AsSpan(x.Start, x.Length).Equals(lower, StringComparison.OrdinalIgnoreCase));
    }

    private static string FirstName(string label) => label.Split(' ')[0] is { Length: > 2 } first ? first : label;

    private bool IsStop(string lower) => StopWords.Of(language).Contains(lower) || (language.Length == 0
        && StopWords.Of("en").Contains(lower));

    private static string? CheckNumbers(Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        var known = cited.SelectMany(x => x.Facts.Numbers.Concat(x.Facts.Moments.Implied)).ToHashSet(StringComparer.Ordinal);
        // A day or a time in other figures is the same day or time: that is for the next check.
        var moments = said.Moments.Written;
        var phones = cited.SelectMany(x => x.Facts.Phones).ToHashSet(StringComparer.Ordinal);
        return said.Numbers.All(x => known.Contains(x) || moments.Contains(x)) && said.Phones.All(phones.Contains)
            && said.Currencies.All(x => cited.Exists(c => c.Facts.Currencies.Contains(x))) ? null : "number";
    }

    /// <summary>A relative day in the point means what it would mean in one of the messages.</summary>
    private static string? CheckDates(Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        var there = cited.ConvertAll(x => x.Facts.Moments);
        return cited.Exists(x => Moments.Read(said.Text, x.Facts.Sent) is var here
            && here.Days.All(d => there.Exists(t => t.Days.Contains(d)))
            && here.Unsure.All(u => cited.Exists(c => c.Facts.Text.Contains(u, StringComparison.OrdinalIgnoreCase)))
            && here.Times.All(t => there.Exists(y => y.Times.Contains(t)))
            && here.MonthsNamed.All(m => there.Exists(t => t.MonthsNamed.Contains(m)))
            && here.PartsNamed.All(p => there.Exists(t => t.PartsNamed.Contains(p)))
            && here.UnitsCounted.All(u => there.Exists(t => t.UnitsCounted.Contains(u)))) ? null : "date";
    }

    private string? CheckSpeaker(ModelPoint point, Facts said, List<(int Speaker, int Start)> named,
        List<(SheetLine Line, Facts Facts)> cited)
    {
        var who = point.Who.Length == 0 ? -1 : labels.Find(point.Who);
        if (point.Who.Length > 0 && (who < 0 || !IsPresent(who)))
        {
            return "speaker";
        }

        if (SpeakerOf(point.Who, cited) < 0 && Wording.IsFirstPerson(said.Text))
        {
            return "speaker";
        }

        // Several authors: the words must be those of the one they are given to.
        var content = Content(said).Where(x => cited.Exists(c => c.Facts.Says(x))).ToList();
        var leading = named.Where(x => point.Text[..x.Start].All(c => !char.IsLetterOrDigit(c))).Select(x => x.Speaker);
        foreach (var speaker in leading.Append(SpeakerOf(point.Who, cited)).Where(x => x >= 0).Distinct())
        {
            var own = cited.Where(x => x.Line.Speaker == speaker || x.Facts.Names(labels[speaker])
                || x.Facts.Names(FirstName(labels[speaker]))).ToList();
            if (content.Count > 0 && content.Count(x => own.Exists(c => c.Facts.Says(x))) < LeastOwn * content.Count)
            {
                return "speaker";
            }
        }

        return null;

        bool IsPresent(int speaker) => cited.Exists(x => x.Line.Speaker == speaker || x.Facts.Names(labels[speaker]));
    }

    /// <summary>Words that carry the statement: no names, numbers, days, or words that only frame it.</summary>
    private List<string> Content(Facts said) => said.Surfaces.Select(x => x.Lower).Where(x => x.Length > 1 && char.IsLetter(x[0])
        && !IsStop(x)
        && !Framing.Contains(x) && !Negations.IsWord(x, language) && !Moments.IsMoment(x)
            && Numerals.Read(x).Count == 0).Distinct(StringComparer.Ordinal).ToList();

    private string? CheckContent(Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        // A "not" that is said counts, one that is not need not be.
        var content = Content(said).Concat(said.Lower.Where(x => Negations.IsWord(x, language) && cited.Exists(c
            => c.Facts.Lower.Contains(x)))).ToList();
        var found = content.Count(x => cited.Exists(c => c.Facts.Says(x)));
        var anchors = said.Numbers.Count + said.Moments.Times.Count + Moments.Read(said.Text, cited[0].Facts.Sent).Days.Count;
        if (spoken.Length > 0 && language.Length > 0 && !string.Equals(language, spoken, StringComparison.Ordinal))
        {
            // Words of another language are not to be found. What is: something that the messages have too.
            return found + anchors > 0 ? null : "content";
        }

        return content.Count == 0 ? (anchors > 0 ? null : "content")
            : found > 0 && found >= LeastShare * content.Count && content.Count - found <= MostUnsupported ? null : "content";
    }

    private string? CheckNegation(Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        if (!string.Equals(language, spoken, StringComparison.Ordinal) || !Negations.Knows(language))
        {
            return null;
        }

        // Each clause against the clause of a message that has most of its words: both deny, or neither.
        var theirs = cited.SelectMany(x => x.Facts.AskedClauses()).Select(x => (Facts: new Facts(string.Join(' ', x.Words), sent: null),
            IsDenied: Negations.IsDenied(x.Words, language), x.IsAsked)).ToList();
        foreach (var clause in said.Clauses())
        {
            var words = clause.Where(x => !IsStop(x) && !Framing.Contains(x) && !Negations.IsWord(x, language)
                && !Negations.Denies([x])).Distinct(StringComparer.Ordinal).ToList();
            var isDenied = Negations.IsDenied(clause, language);
            var shared = theirs.ConvertAll(x => words.Count(w => x.Facts.Says(w)));
            var most = shared.DefaultIfEmpty().Max();
            if (most > 0 && !theirs.Where((_, i) => shared[i] == most).Any(x => x.IsDenied == isDenied || (x.IsAsked && x.IsDenied)))
            {
                return "negation";
            }

            // What is only spoken of in clauses that deny it must not be said plainly.
            if (!isDenied && words.Exists(w => theirs.Where(x => x.Facts.Says(w)).ToList() is { Count: > 0 } saying
                && saying.TrueForAll(x => x.IsDenied && !x.IsAsked)))
            {
                return "negation";
            }
        }

        return null;
    }

    /// <summary>"Agreed" needs somebody who did: the word itself in a cited message, or two who speak.</summary>
    private static string? CheckAgreement(Facts said, List<(SheetLine Line, Facts Facts)> cited)
    {
        var claimed = said.Lower.Where(IsSettled).ToList();
        return claimed.Count == 0 || cited.Select(x => x.Line.Speaker).Distinct().Count() > 1
            || cited.Exists(x => x.Facts.Lower.Any(IsSettled)) ? null : "agreement";

        static bool IsSettled(string lower) => Array.Exists(Settled, x => lower.StartsWith(x, StringComparison.Ordinal));
    }
}
