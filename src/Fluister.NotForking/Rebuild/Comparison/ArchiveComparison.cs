namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>Compares archives: which members, in which order, what is said of them, what is in them.</summary>
internal static class ArchiveComparison
{
    /// <summary>The first difference; null if all members are the same.</summary>
    public static Difference? Compare(string name, List<ArchiveMember> first, List<ArchiveMember> second)
    {
        (List<ArchiveMember>, List<ArchiveMember>, string)[] both = [(first, second, "first"), (second, first, "second")];
        foreach (var (here, there, which) in both)
        {
            var known = there.Select(member => member.Path).ToHashSet(StringComparer.Ordinal);
            if (here.Find(member => !known.Contains(member.Path)) is { } alone)
            {
                return new Difference(name, $"the member \"{alone.Path}\" is only in the {which} one.");
            }
        }

        // Contents before order and facts: they tell more.
        var byPath = second.ToLookup(member => member.Path, StringComparer.Ordinal);
        foreach (var member in first)
        {
            if (FileComparison.Compare(member.Path, member.Content, byPath[member.Path].First().Content) is { } inside)
            {
                return inside with { Where = $"{name}: {inside.Where}" };
            }
        }

        foreach (var (one, other) in first.Zip(second))
        {
            if (one.Path != other.Path)
            {
                return new Difference(
                    name, $"the order of members differs: \"{one.Path}\" stands where \"{other.Path}\" stands in the other.");
            }

            foreach (var ((fact, value), (_, otherValue)) in one.Facts.Zip(other.Facts))
            {
                if (value != otherValue)
                {
                    return new Difference($"{name}: {one.Path}", $"the {fact} is {value} in the one, {otherValue} in the other.");
                }
            }
        }

        return null;
    }
}
