using Fluister.Summaries.Language;

namespace Fluister.Summaries.Checks;

/// <summary>On which side of a number or a span of time something lies: "before 14:00" is not "after 14:00", "last year" not "next
/// year".</summary>
internal static class Bounds
{
    private static readonly Dictionary<string, char> Sides = Table(
        "< before until till by bis vor voor tot avant antes hasta prima entro före innan até",
        "> after since from nach ab seit na vanaf sinds après dès depuis después desde dopo dal efter från depois",
        "+ least over above exceeds exceeding mindestens über minstens ruim boven plus minst meno",
        "- most under below höchstens unter maximal hoogstens onder maximaal moins högst");

    private static readonly Dictionary<string, char> Turns = Table(
        "l last past previous ago letzte letzten letztes letzter vorige voriges vorigen vergangene vergangenen afgelopen dernier "
            + "dernière passé "
        + "passée pasado pasada último última scorso scorsa förra passado passada",
        "t this current diese dieses diesen dieser dit deze cette ce este esta questo questa",
        "n next coming upcoming nächste nächsten nächstes nächster kommende kommenden kommendes volgende komende volgend komend "
            + "prochain prochaine "
        + "próximo próxima prossimo prossima nästa");

    private static readonly HashSet<string> Spans = ("week weeks weekend month months year years quarter semester term season summer "
        + "winter spring autumn "
        + "night evening morning woche wochen wochenende monat monate jahr jahre sommer jaar jaren maand maanden zomer semaine semaines "
            + "mois année an "
        + "ans semana semanas mes meses año años settimana settimane mese mesi anno anni vecka veckor månad "
            + "år").Split(' ').ToHashSet(StringComparer.Ordinal);

    /// <summary>Sides and turns with what they stand before: "&lt;14:00", "l year".</summary>
    public static HashSet<string> In(string text)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var lower = words.ConvertAll(x => text.Substring(x.Start, Math.Min(x.Length, 40)).ToLowerInvariant());
        for (var i = 0; i < lower.Count; i++)
        {
            for (var j = i + 1; j < lower.Count && j <= i + 2; j++)
            {
                if (Sides.TryGetValue(lower[i], out var side) && (Numerals.Read(lower[j]) is { Count: 1 } || Moments.IsMoment(lower[j])))
                {
                    found.Add($"{side}{Numerals.Read(lower[j]).FirstOrDefault(lower[j])}");
                    break;
                }

                if (Turns.TryGetValue(lower[i], out var turn) && Spans.Contains(lower[j]))
                {
                    found.Add($"{turn} {lower[j].TrimEnd('s', 'e', 'n')}");
                    break;
                }
            }
        }

        return found;
    }

    private static Dictionary<string, char> Table(params string[] lines) => lines.SelectMany(x => x[2..].Split(' ').Select(w => (w, x[0])))
        .DistinctBy(x => x.w, StringComparer.Ordinal).ToDictionary(x => x.w, x => x.Item2, StringComparer.Ordinal);
}
