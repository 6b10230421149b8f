using System.Text.Json.Nodes;
using Fluister.Client.Store;

namespace Fluister.Client.Contents;

/// <summary>Files of messages that are gone: noted in the transaction that takes the message away, removed from the disk later.</summary>
internal static class FileRemovals
{
    /// <summary>The queue of files to remove; each job is {path}.</summary>
    public const string Queue = "file deletion";

    /// <summary>Notes the files that a message had and does not have any more.</summary>
    public static void Note(ClientStore store, StoredMessage before, StoredMessage? after, DateTimeOffset now)
    {
        HashSet<string> kept = after is null ? [] : [.. Paths(after.Json)];
        foreach (var path in Paths(before.Json).Distinct())
        {
            if (!kept.Contains(path))
            {
                store.Jobs.Add(Queue, new JsonObject { ["path"] = path }, now);
            }
        }
    }

    private static IEnumerable<string> Paths(JsonObject json)
    {
        foreach (var (_, _, _, file) in AttachmentRows.Files(json))
        {
            foreach (var part in (JsonObject?[])[file, file.Part("thumbnail"), file.Part("screenshot")])
            {
                if (part?.Text("path") is { Length: > 0 } path)
                {
                    yield return path;
                }
            }
        }
    }
}
