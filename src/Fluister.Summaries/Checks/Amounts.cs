using System.Text.RegularExpressions;
using Fluister.Summaries.Findings;

namespace Fluister.Summaries.Checks;

/// <summary>Currencies: 80 euros are not 80 dollars.</summary>
internal static class Currencies
{
    private static readonly Dictionary<string, string> Words = ("€ euro euros eur|$ dollar dollars dólares dollari usd bucks|£ pounds quid "
        + "gbp pfund|Fr franken francs chf|¥ yen jpy|kr kronor kroner kr|₿ bitcoin btc|₹ rupees inr|zł zloty|₽ rubles|₺ lira|c cents cent|"
        + "% percent prozent procent pourcent").Split('|').Select(x => x.Split(' '))
        .SelectMany(x => x.Skip(1).Select(word => (word, x[0]))).ToDictionary(x => x.word, x => x.Item2, StringComparer.Ordinal);

    /// <summary>The sign of a currency in a word or a sign; null where it is none.</summary>
    public static string? Sign(string lower) => Words.TryGetValue(lower, out var sign) ? sign : null;

    /// <summary>Signs of those named.</summary>
    public static HashSet<string> In(Facts facts)
    {
        var found = facts.Text.Where(c => c is '€' or '$' or '£' or '¥' or '₿' or '₹' or '₽' or '₺' or '%').Select(c => c.ToString())
            .ToHashSet(StringComparer.Ordinal);
        foreach (var lower in facts.Lower)
        {
            if (Words.TryGetValue(lower, out var sign))
            {
                found.Add(sign);
            }
        }

        if (facts.Text.Contains("per cent", StringComparison.OrdinalIgnoreCase) || facts.Text.Contains("por ciento",
            StringComparison.Ordinal)
            || facts.Text.Contains("per cento", StringComparison.Ordinal) || facts.Text.Contains("pour cent", StringComparison.Ordinal))
        {
            found.Add("%");
        }

        return found;
    }
}

/// <summary>Telephone, account and card numbers: long runs of digits, however they are grouped.</summary>
internal static partial class PhoneNumbers
{
    /// <summary>Their digits.</summary>
    public static IEnumerable<string> In(string text) =>
        Run().Matches(text).Where(x => DateReader.Read(x.Value, new DateOnly(2000, 1, 1)).Count == 0)
            .Select(x => string.Concat(x.Value.Where(char.IsDigit))).Where(x => x.Length >= 6);

    [GeneratedRegex(@"\d[\d\s()./\-\u00A0\u202F]{4,30}\d", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Run();
}
