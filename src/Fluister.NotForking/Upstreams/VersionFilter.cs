using System.Text.RegularExpressions;
using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>`version_filter = &gt;= 1.0 &lt; 2`: the versions of a block that count.</summary>
internal static partial class VersionFilter
{
    /// <summary>The versions for which every comparison holds.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static IEnumerable<string> Apply(Block block, IReadOnlyList<string> versions)
    {
        if (!block.Keys.TryGetValue("version_filter", out var filter) || filter is "" or "0")
        {
            return versions;
        }

        IEnumerable<string> left = versions;
        var rest = filter;
        while (Comparison().Match(rest) is { Success: true } match)
        {
            rest = rest[match.Length..];
            var (sign, than) = (match.Groups[1].Value, match.Groups[2].Value);
            left = left.Where(version => Holds(sign, VersionOrder.Instance.Compare(version, than)));
        }

        return rest.Length == 0 ? left : throw new NotForkException(
            ExitCode.Configuration, $"\"version_filter\" is a list of comparisons such as \">= 1.0 < 2\"; \"{rest}\" is none.", block.Place);
    }

    private static bool Holds(string sign, int order) => sign switch
    {
        "=" or "==" => order == 0,
        "!=" => order != 0,
        ">" => order > 0,
        ">=" => order >= 0,
        "<" => order < 0,
        _ => order <= 0,
    };

    [GeneratedRegex(@"^(==?|!=|>=?|<=?)\s*(\S+)\s*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comparison();
}
