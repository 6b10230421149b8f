namespace Fluister.Summaries.Language;

/// <summary>Small lists of words that say little, by language; they also tell which language a text is in.</summary>
internal static class StopWords
{
    private static readonly Dictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["en"] = "a about above after again all also am an and any are as at be because been before being but by can could d did do "
            + "does doing don down for from get go going got had has have he her here him his how i if in into is it its just know let "
            + "like ll m me mean more most my no not now of off oh ok okay on one only or other our out over own really re right s "
            + "said say see she should so some still such t than that the their them then there these they thing things think this "
            + "those through to too uh um up us ve very want was way we well were what when where which while who why will with would "
            + "yeah yep yes you your hmm mm hey hi hello lol thanks please",
        ["de"] = "aber als am an auch auf aus bei bin bis bist da dann das dass dein dem den der des die dir doch du ein eine einem "
            + "einen einer er es für gar hab habe haben hast hat hatte hier ich ihr im in ist ja jetzt kann kein keine mal man mehr "
            + "mein mich mir mit na nach nein nicht noch nun nur ob oder ok schon sehr sein sich sie sind so und uns vom von vor war "
            + "was weil wenn wer wie wir wird wo zu zum zur hallo danke",
        ["nl"] = "aan al als bij ben bent dan dat de deze die dit doe door dus echt een en er ga gaan geen had heb hebben heeft het "
            + "hem hier hij hoe ik in is ja jij je jullie kan kun maar me meer met mij mijn na naar nee niet nog nou nu of om ons ook "
            + "op over te tot u uit van veel voor waar was wat we wel wij wil worden zal ze zich zij zijn zo hoi bedankt",
        ["fr"] = "à ai alors au aussi aux avec bien c ça car ce ces cette chez comme d dans de des donc du elle elles en es est et été "
            + "être eu fait faire il ils j je l la le les leur lui m ma mais me mes moi mon n ne non nos notre nous on ont ou où oui "
            + "par pas plus pour qu que qui quoi s sa se ses si son sont suis sur t ta te tes toi ton très tu tout un une va vous y "
            + "salut merci",
        ["es"] = "a al algo ahora así aquí bien bueno como con cuando de del desde donde dos e el ella ellos en era eres es esa ese "
            + "eso esta está están este esto fue ha hasta hay he la las le les lo los más me mi mis muy nada ni no nos o os para pero "
            + "por porque pues que qué quien se si sí sin sobre son soy su sus también te tengo ti tiene todo tu tus un una uno va "
            + "vale voy y ya yo hola gracias",
        ["it"] = "a ad ai al alla anche ancora avere c che chi ci ciao come con cosa così da dai dal dalla de dei del della delle di "
            + "dove e è ecco ed era essere fa gli ha hai ho i il in io l la le lei lo loro lui ma mi mia mio molto ne nei nel nella no "
            + "noi non nostro o ogni per perché però più poi qua quando quello questo qui se sei si sì sia sono sta su sul tu tutto un "
            + "una va vi voi grazie",
        ["pt"] = "a ao aos aqui as até bem com como da das de dele dela depois do dos e é ela ele eles em então era essa esse está "
            + "estão estou eu foi há isso isto já lá mais mas me meu minha muito na não nas nem no nos nós o os ou para pela pelo pode "
            + "por porque qual quando que quem se sem ser seu sim só sua também te tem tenho ter tu um uma vai você vou oi olá obrigado",
        ["sv"] = "alla allt att av bara blir bra de dem den det detta dig din där då efter ej eller en ett från får för ha hade han "
            + "har hej hon hur här i inte ja jag ju kan kommer lite man med men mig min mycket ni nog nu när nej och om oss på sig sin "
            + "ska så som till tack upp ut vad var vi vill är över",
    };

    private static readonly Dictionary<string, HashSet<string>> Sets = Lists.ToDictionary(
        x => x.Key, x => x.Value.Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    private static readonly HashSet<string> None = [];

    /// <summary>Two-letter names of the languages that have a list.</summary>
    public static IEnumerable<string> Languages => Sets.Keys;

    /// <summary>The list of a language; empty for one that has none.</summary>
    public static IReadOnlySet<string> Of(string language) => Sets.GetValueOrDefault(language, None);

    /// <summary>The language whose list covers most of the counted words; empty where none covers a tenth of them.</summary>
    public static string Detect(IEnumerable<KeyValuePair<string, int>> counts)
    {
        var hits = Sets.Keys.ToDictionary(x => x, _ => 0L, StringComparer.Ordinal);
        var total = 0L;
        foreach (var (word, count) in counts)
        {
            total += count;
            foreach (var (language, words) in Sets)
            {
                hits[language] += words.Contains(word) ? count : 0;
            }
        }

        var best = hits.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).First();
        return total > 0 && best.Value * 10 >= total ? best.Key : "";
    }
}
