using System.Text.Json.Nodes;

namespace Fluister.NotForking.Locks;

/// <summary>One thing that is not as a lock says.</summary>
/// <param name="What">The way to it in the entry: ["upstream", "commit"].</param>
/// <param name="Locked">What the lock says, as JSON text; null: it says nothing.</param>
/// <param name="Found">What is there; null: nothing.</param>
public sealed record LockDifference(IReadOnlyList<string> What, string? Locked, string? Found)
{
    /// <summary>What it is, in words.</summary>
    public string Name => What switch
    {
        ["upstream", "kind"] => "the kind of its upstream",
        ["upstream", "url"] => "the address of its upstream",
        ["upstream", "commit"] => "upstream's commit",
        ["upstream", "tag", "object"] => "upstream's tag object",
        ["upstream", "tag", "signature"] => "the signature of upstream's tag",
        ["upstream", "tag", "signer"] => "the signer of upstream's tag",
        ["upstream", "tag", ..] => "upstream's tag",
        ["upstream", "archive"] => "the SHA-256 of upstream's archive",
        ["recipe", "upstream.conf" or "upstream.lock"] => What[1],
        ["recipe", var file] => $"the modification {file}",
        ["payload", var file] => $"the file {file} beside the modifications",
        ["parameters"] => "the network descriptor",
        ["upstreamTree"] => "the hash of upstream's tree",
        ["changes", var path] => $"the result's file {path}",
        ["tree"] => "the hash of the result",
        _ => string.Join('.', What),
    };

    /// <summary>"the hash of the result is 12ab, but 34cd is locked".</summary>
    public string Sentence => (Locked, Found) switch
    {
        (null, _) => $"{Name} is {Found}, but the lock has none",
        (_, null) => $"{Name} is missing, but {Locked} is locked",
        _ => $"{Name} is {Found}, but {Locked} is locked",
    };

    /// <summary>What differs between an entry and the same entry made anew.</summary>
    /// <param name="locked">The entry.</param>
    /// <param name="found">Made anew; where <paramref name="members"/> are given, with these only.</param>
    /// <param name="members">The entry's members that count; null: all.</param>
    public static IReadOnlyList<LockDifference> Between(JsonObject locked, JsonObject found, IReadOnlySet<string>? members = null)
    {
        var differences = new List<LockDifference>();
        Compare(Part(locked, members), Part(found, members), [], differences);
        return differences;
    }

    private static JsonObject Part(JsonObject entry, IReadOnlySet<string>? members) => new(entry
        .Where(member => members is null || members.Contains(member.Key))
        .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static void Compare(JsonNode? locked, JsonNode? found, IReadOnlyList<string> what, List<LockDifference> differences)
    {
        if (locked is JsonObject one && found is JsonObject other)
        {
            foreach (var key in one.Select(member => member.Key).Union(other.Select(member => member.Key), StringComparer.Ordinal))
            {
                var (isLocked, isFound) = (one.ContainsKey(key), other.ContainsKey(key));
                if (isLocked && isFound)
                {
                    Compare(one[key], other[key], [.. what, key], differences);
                }
                else
                {
                    differences.Add(new LockDifference(
                        [.. what, key], isLocked ? Text(one[key]) : null, isFound ? Text(other[key]) : null));
                }
            }
        }
        else if (!JsonNode.DeepEquals(locked, found))
        {
            differences.Add(new LockDifference(what, Text(locked), Text(found)));
        }
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "nothing",
        JsonValue scalar => scalar.ToString(),
        _ => value.ToJsonString(),
    };
}
