using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>The conditions `version`, `osname` and `hasfile`: all that is listed must hold.</summary>
internal static partial class Conditions
{
    /// <summary>Whether a word names a condition.</summary>
    public static bool IsName(string word) => word is "version" or "osname" or "hasfile";

    /// <summary>Decides one condition.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What follows it.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="NotForkException">The value is malformed.</exception>
    public static bool Holds(string name, string value, RecipeRequest request, Place place) => name switch
    {
        "version" => HasVersion(value, request.Version, place),
        "osname" => All(
            Equality(), value, place, name, match => Compare(match, string.CompareOrdinal(request.OsName, match.Groups[2].Value))),
        _ => All(FilePattern(), value, place, name, match => HasFile(match.Groups[2].Value, place) == (match.Groups[1].Length == 0)),
    };

    /// <summary>Decides comparisons of a version, such as "&gt;= 1.0 &lt; 2".</summary>
    /// <param name="value">The comparisons.</param>
    /// <param name="version">The version; null: the latest, of which only "&gt;" and "&gt;=" hold.</param>
    /// <param name="place">Where they stand.</param>
    /// <param name="name">The key.</param>
    /// <exception cref="NotForkException">They are malformed.</exception>
    public static bool HasVersion(string value, string? version, Place place, string name = "version") => All(
        Comparison(), value, place, name, match => version is null
            ? match.Groups[1].Value[0] == '>'
            : Compare(match, VersionOrder.CompareNumbers(version, PerlText.Decode(match.Groups[2].Value, place))));

    private static bool All(Regex pattern, string value, Place place, string name, Func<Match, bool> holds)
    {
        var (at, all) = (0, true);
        while (at < value.Length)
        {
            var match = pattern.Match(value, at);
            if (!match.Success)
            {
                throw new NotForkException(
                    ExitCode.Configuration, $"The condition \"{name}\" ends with \"{value[at..]}\", which is no comparison.", place);
            }

            all &= holds(match);
            at += match.Length;
        }

        return all;
    }

    private static bool Compare(Match match, int order) => match.Groups[1].Value switch
    {
        "=" or "==" => order == 0,
        "!=" => order != 0,
        ">" => order > 0,
        ">=" => order >= 0,
        "<" => order < 0,
        _ => order <= 0,
    };

    private static bool HasFile(string name, Place place)
    {
        name = PerlText.Decode(name, place);
        return name.EndsWith('/') ? Directory.Exists(name) : File.Exists(name);
    }

    [GeneratedRegex(@"\G(?<sign>==?|!=|>=?|<=?)[ \t-\r]*(?<than>[^ \t-\r]+)[ \t-\r]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\G(?<sign>==?|!=)[ \t-\r]*(?<than>[^ \t-\r]+)[ \t-\r]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Equality();

    [GeneratedRegex(@"\G(?<not>!?)[ \t-\r]*(?<path>/[^ \t-\r]+)[ \t-\r]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FilePattern();
}
