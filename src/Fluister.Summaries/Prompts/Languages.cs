namespace Fluister.Summaries.Prompts;

/// <summary>Names of languages in English, which models know best.</summary>
internal static class Languages
{
    private static readonly Dictionary<string, string> Names = ("ar Arabic|bg Bulgarian|bn Bengali|ca Catalan|cs Czech|da Danish|de German|"
        + "el Greek|en English|es Spanish|et Estonian|eu Basque|fa Persian|fi Finnish|fr French|fy Frisian|ga Irish|gl Galician|he Hebrew|"
        + "hi Hindi|hr Croatian|hu Hungarian|id Indonesian|is Icelandic|it Italian|ja Japanese|ko Korean|lb Luxembourgish|lt Lithuanian|"
        + "lv Latvian|mk Macedonian|ms Malay|mt Maltese|nb Norwegian|nl Dutch|nn Norwegian Nynorsk|no Norwegian|pl Polish|pt Portuguese|"
        + "ro Romanian|ru Russian|sk Slovak|sl Slovenian|sq Albanian|sr Serbian|sv Swedish|sw Swahili|ta Tamil|th Thai|tr Turkish|"
        + "uk Ukrainian|ur Urdu|vi Vietnamese|zh Chinese").Split('|')
        .ToDictionary(x => x[..2], x => x[3..], StringComparer.OrdinalIgnoreCase);

    /// <summary>The name to ask for; where none is known, the language of the messages.</summary>
    public static string NameOf(string code) => Names.GetValueOrDefault(code.Split('-', '_')[0], "the language of the messages");

    /// <summary>Whether a code has a name.</summary>
    public static bool IsKnown(string code) => Names.ContainsKey(code.Split('-', '_')[0]);
}
