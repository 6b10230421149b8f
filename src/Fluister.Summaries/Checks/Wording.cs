using System.Text;
using System.Text.RegularExpressions;
using Fluister.Summaries.Findings;

namespace Fluister.Summaries.Checks;

/// <summary>What a statement about a conversation has no business to contain, whatever was cited.</summary>
internal static partial class Wording
{
    /// <summary>Words of address, by language: a digest speaks of people, not to its reader.</summary>
    private static readonly Dictionary<string, Phrases> Address = new(StringComparer.Ordinal)
    {
        ["en"] = new("you|your|yours|yourself|yourselves|ur|thou"),
        ["de"] = new("du|dich|dir|dein|deine|deinen|deinem|deiner|euch|euer|eure|euren|ihnen bitte|klicken sie|bitte sie"),
        ["nl"] = new("je|jij|jou|jouw|jullie|uw|u"),
        ["fr"] = new("tu|toi|te|tes|vous|votre|vos"),
        ["es"] = new("tú|ti|usted|ustedes|contigo|vuestro|vuestra|tu|tus"),
        ["it"] = new("tu|ti|tuo|tua|voi|vostro|vostra"),
        ["pt"] = new("você|vocês|teu|tua"),
        ["sv"] = new("du|dig|din|ditt|dina|ni|er"),
    };

    /// <summary>What speaks to a reader or to a program, anywhere in a point.</summary>
    private static readonly Phrases Orders = new(
        "ignore previous|ignore all|ignore the|ignore any|disregard|previous instructions|instructions above|system prompt|new "
            + "instructions|"
        + "as an ai|language model|as an assistant|i am an ai|i cannot|i can't assist|i'm sorry but|click here|click on|click the|tap here|"
        + "open the link|open this|visit the|visit this|go to the link|call this number|log in at|sign in at|verify your|confirm your|"
        + "act now|act immediately|urgent action|must immediately|reader must|reader should|readers should|the reader|dear reader|"
        + "forward this|share this|reply with|respond with|output the|print the|reveal the|ignoriere|ignorieren sie|vorherigen anweisungen|"
        + "klick hier|klicke|klicken sie|öffne den link|öffnen sie|rufe an|rufen sie|bestätigen sie|als ki|sprachmodell|negeer|"
        + "vorige instructies|klik hier|klik op|open de link|bel dit|als ai|taalmodel|ignorez|ignore les|instructions précédentes|"
        + "cliquez|clique ici|ouvrez le|appelez|en tant qu'ia|ignora las|ignora todas|ignore las|instrucciones anteriores|haz clic|haga "
            + "clic|"
        + "abre el enlace|llama a este|modelo de lenguaje|ignora le|ignora tutte|istruzioni precedenti|clicca|fai clic|apri il link|"
        + "chiama questo|modello linguistico");

    /// <summary>Verbs that begin an order; nobody's statement begins so.</summary>
    private static readonly Phrases OrderStarts = new(
        "ignore|disregard|forget|click|visit|open|call|phone|text|email|send|pay|transfer|wire|buy|download|install|run|execute|enter|type|"
        + "log|sign|verify|confirm|reply|respond|forward|share|reveal|print|output|write|say|tell|repeat|follow|obey|remember|note|please|"
        + "attention|warning|important|urgent|beware|do|don't|never|always|let|make|use|act|trust|delete|remove|stop|bitte|achtung|wichtig|"
        + "ignoriere|klicke|sende|überweise|zahle|rufe|antworte|alsjeblieft|belangrijk|klik|stuur|betaal|bel|svp|attention|cliquez|envoyez|"
        + "payez|appelez|por favor|atención|importante|haz|haga|envía|paga|llama|per favore|attenzione|clicca|invia|chiama");

    private static readonly Phrases FirstPerson = new("i|i'm|i'll|i've|i'd|my|mine|me|we|we'll|we're|our|us|ich|mein|meine|mir|mich|wir|"
        + "unser|ik|mijn|wij|ons|onze|je suis|j'ai|mon|ma|mes|nous|notre|yo|mi|mis|nosotros|nuestro|io|mio|mia|noi|nostro");

    /// <summary>Text in the form of a role, a token of a template, or markup.</summary>
    public static string? Fault(string text, string language)
    {
        if (text.Any(c => char.IsControl(c) || c is '<' or '>' or '{' or '}' or '[' or ']' or '`' or '|' or '\\' or '\uFFFD'
            or '\u2028' or '\u2029') || Markup().IsMatch(text) || Mixed().IsMatch(text) || HasHidden(text))
        {
            return "markup";
        }

        if (Roles().IsMatch(text))
        {
            return "role";
        }

        return Orders.In(text) || OrderStarts.Begins(text.AsSpan().TrimStart("\"'“”„‚‘’«»‹› ¡¿*")) || Address["en"].In(text)
            || (Address.TryGetValue(language, out var address) && address.In(text)) ? "instruction" : null;
    }

    /// <summary>Speaks of its speaker as "I" or "we".</summary>
    public static bool IsFirstPerson(string text) => FirstPerson.In(text);

    /// <summary>Addresses of any kind: with a scheme, a host with a known or any ending, with an at sign.</summary>
    public static IEnumerable<string> Addresses(string text)
    {
        foreach (Match match in AnyAddress().Matches(text.Normalize(NormalizationForm.FormKC)))
        {
            yield return match.Value.TrimEnd('.', ',', ';', ':', '!', '?', ')', '\'', '"', '”', '’', '»', '›', '…');
        }
    }

    /// <summary>Addresses in words: "example dot com".</summary>
    public static IEnumerable<string> SpelledAddresses(string text) => Spelled().Matches(text).Select(x => x.Value);

    private static bool HasHidden(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is 0x200C or 0x200D)
            {
                continue;
            }

            if (Rune.GetUnicodeCategory(rune)
                is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse
                or System.Globalization.UnicodeCategory.OtherNotAssigned or System.Globalization.UnicodeCategory.Surrogate)
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\*\*|__|~~|\]\(|!\[|^\s*([#*+•>=-]|\d+[.)]\s)|^\s*-{2,}|&[a-z]{2,8};|&#", RegexOptions.IgnoreCase
        | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markup();

    /// <summary>Letters of two alphabets that look alike within one word.</summary>
    [GeneratedRegex(@"[a-z\u00C0-\u024F][\u0370-\u03FF\u0400-\u052F]|[\u0370-\u03FF\u0400-\u052F][a-z\u00C0-\u024F]|[\uFF01-\uFF5E]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mixed();

    [GeneratedRegex(@"(^|[\s‹›(""'“])(system|assistant|user|human|developer|tool|bot|ai|instruction|instructions|inst|response|prompt"
        + @"|model)"
        + @"\s*(:|›|\))|im_start|im_end|im_sep|eot_id|eom_id|start_header|end_header|begin_of_text|end_of_text|endoftext|start_of_turn|"
        + @"end_of_turn|start_of_role|end_of_role|<\/?s>|‹\/?s›|\bsys(prompt|tem_prompt)\b|bos_token|eos_token|endofprompt|‹\||\|›|"
        + @"###|===|\bINST\b|<<SYS", RegexOptions.IgnoreCase
        | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Roles();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]*:(//|\\\\)\S+|\b(mailto|tel|sms|javascript|data|file|sgnl|tg|whatsapp):\S+|www\.\S+|\S+@\S+\.\S+"
        + @"|@\w\S*|"
        + @"\b[\w-]+(\.[\w-]+)*\.[\p{L}]{2,24}\b(/\S*)?|\b\d{1,3}(\.\d{1,3}){3}\b\S*|\S+/\S+/\S*|\S+\?\S+=\S*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AnyAddress();

    [GeneratedRegex(@"\b[\w-]+\s+(dot|punkt|punt|point|punto)\s+(com|org|net|io|de|nl|fr|es|it|eu|info|xyz|ru|cn|app|dev|me)\b|\bhxxps?\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spelled();
}
