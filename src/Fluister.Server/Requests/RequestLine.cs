namespace Fluister.Server.Requests;

/// <summary>A request's target: path and query.</summary>
internal static class RequestLine
{
    /// <summary>Most parameters of a query that are looked at.</summary>
    private const int MostParameters = 32;

    /// <summary>Splits a target; of parameters that come twice, the first counts.</summary>
    public static (string Path, IReadOnlyDictionary<string, string> Query) Split(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0)
        {
            return (target, Request.None);
        }

        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in target[(mark + 1)..].Split('&', MostParameters, StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            query.TryAdd(name, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]));
        }

        return (target[..mark], query);
    }
}
