namespace Fluister.NotForking.Modifications.Strict;

/// <summary>What somebody may have meant.</summary>
internal static class Near
{
    /// <summary>"; did you mean "x"?" for the nearest of some names, or nothing.</summary>
    public static string Of(string name, IEnumerable<string> names)
    {
        var best = names.Take(100_000).Select(other => (other, distance: Distance(name, other, Math.Max(2, name.Length / 3))))
            .DefaultIfEmpty((other: "", distance: int.MaxValue)).MinBy(pair => pair.distance);
        return best.distance <= Math.Max(2, name.Length / 3) ? $"; did you mean \"{best.other}\"?" : "";
    }

    /// <summary>How many letters must be changed, added or left out; more than the limit where lengths alone say so.</summary>
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
        {
            return limit + 1;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[b.Length];
    }
}
