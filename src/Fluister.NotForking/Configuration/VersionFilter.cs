namespace Fluister.NotForking.Configuration;

/// <summary>Which versions of an upstream count: `version_filter`, `--version-range`.</summary>
public static class VersionFilter
{
    /// <summary>The versions that a block's `version_filter` lets through.</summary>
    /// <exception cref="NotForkException">The filter is malformed.</exception>
    public static IReadOnlyList<string> Apply(Block block, IEnumerable<string> versions)
    {
        // Perl takes "0" for no filter.
        if (!block.Keys.TryGetValue("version_filter", out var filter) || filter is "" or "0")
        {
            return [.. versions];
        }

        var place = block.At("version_filter");
        _ = Conditions.HasVersion(filter, version: null, place, "version_filter");
        return [.. versions.Where(version => Conditions.HasVersion(filter, version, place, "version_filter"))];
    }

    /// <summary>The versions from one to another, both included; null: no bound.</summary>
    public static IEnumerable<string> Between(IEnumerable<string> versions, string? first, string? last) => versions.Where(version =>
        (first is null || VersionOrder.CompareNumbers(first, version) <= 0) &&
        (last is null || VersionOrder.CompareNumbers(version, last) <= 0));
}
