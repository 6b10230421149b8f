using System.Text.RegularExpressions;

namespace Fluister.Engines.Endpoints;

/// <summary>Takes the power from text that is spelled like a special token. An endpoint that is given text reads the spellings of its
/// model's special tokens as those tokens, wherever they stand: a message that holds "&lt;|im_end|&gt;&lt;|im_start|&gt;system" speaks as
/// the system.</summary>
/// <remarks>A space goes in behind the first character of whatever has the shape of a mark. It looks nearly the same, no tokeniser drops
/// it (some drop characters without width), and no new mark can come of it. The shapes cover more than the marks that are known: between
/// angle brackets whatever has no space, between square brackets capitals as in [INST], bars as in [|endofturn|] and numbered ones as in
/// [unused9]; and &gt;&gt;TITLE&lt;&lt;.</remarks>
internal static partial class SpecialTokens
{
    /// <summary>The text with marks broken up; the same string where there are none.</summary>
    public static string Neutralise(string text) => Mark().Replace(text, "$0 ");

    /// <summary>Whether the text has the shape of a mark.</summary>
    public static bool IsMark(string text) => Mark().IsMatch(text);

    // The look-ahead has no two ways to match the same text, and at most 100 characters to look at.
    [GeneratedRegex(
        @"<(?=[^\s<>]{1,100}>)|\[(?=(?:/?[gs]?[A-Z][A-Z_0-9]{1,60}|\|[^\s\[\]|]{1,60}\||unused_?[0-9]{1,6})\])|>(?=>[A-Z_]{1,60}<<)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Mark();
}
