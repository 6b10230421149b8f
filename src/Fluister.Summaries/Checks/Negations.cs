namespace Fluister.Summaries.Checks;

/// <summary>Words that deny, by language; where none is listed, nothing is said about it.</summary>
internal static class Negations
{
    private static readonly Dictionary<string, HashSet<string>> Lists = new(StringComparer.Ordinal)
    {
        ["en"] = Set("not no never none nobody nothing neither nor cannot dont cant wont didnt doesnt isnt without nowhere hardly"),
        ["de"] = Set("nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne nein kaum nirgends weder"),
        ["nl"] = Set("niet geen nooit niemand niets zonder nee nergens noch"),
        ["fr"] = Set("pas jamais aucun aucune rien personne sans non ni guère"),
        ["es"] = Set("no nunca nadie nada sin ningún ninguno ninguna jamás tampoco ni"),
        ["it"] = Set("non mai nessuno nessuna niente nulla senza no né"),
        ["pt"] = Set("não nunca ninguém nada sem nenhum nenhuma jamais nem"),
        ["sv"] = Set("inte ej aldrig ingen inget inga utan nej"),
    };

    /// <summary>Say no without one of the words above (beginnings).</summary>
    private static readonly string[] Denials =
    [
        "refus", "declin", "cancel", "reject", "unable", "absen", "lack", "avoid", "fail", "against", "deny", "denie", "skip", "prevent",
        "forbid", "forbad", "imposs", "unavail", "unsure", "unclear", "disagre", "oppos", "miss", "stop", "abgesagt", "absag", "ablehn",
        "abgelehnt", "verweiger", "weiger", "afgezegd", "afzeg", "annul", "rechaz", "rifiut", "cancell",
    ];

    private static readonly HashSet<string> Turns = Set("because weil denn omdat parce porque perché and und en et y e och but although "
        + "however "
        + "aber sondern jedoch maar echter mais cependant pero sino ma però");

    private static readonly HashSet<string> Auxiliaries = Set(
        "don doesn didn won can isn aren wasn weren couldn shouldn wouldn hasn haven hadn ain mustn needn mightn shan");

    /// <summary>Whether a language has a list.</summary>
    public static bool Knows(string language) => Lists.ContainsKey(language);

    /// <summary>A word after which another thing is said.</summary>
    public static bool IsTurn(string lower) => Turns.Contains(lower);

    /// <summary>Whether a word denies.</summary>
    public static bool IsWord(string lower, string language) => Lists.TryGetValue(language, out var list) && list.Contains(lower);

    /// <summary>Whether words deny something: once, not twice.</summary>
    public static bool IsDenied(IReadOnlyList<string> words, string language) => In(words, language) != Denies(words);

    /// <summary>Whether words in lower case deny something.</summary>
    public static bool In(IReadOnlyList<string> words, string language)
    {
        var list = Lists[language];
        for (var i = 0; i < words.Count; i++)
        {
            if (list.Contains(words[i]) || (words[i] is "t" && i > 0 && Auxiliaries.Contains(words[i - 1])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether words in lower case deny something in another way: "refuses", "is unable".</summary>
    public static bool Denies(IReadOnlyList<string> words) =>
        words.Any(word => Array.Exists(Denials, x => word.StartsWith(x, StringComparison.Ordinal)));

    private static HashSet<string> Set(string words) => words.Split(' ').ToHashSet(StringComparer.Ordinal);
}
