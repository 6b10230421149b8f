using System.Text.Json.Nodes;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.Client.Crashes;

/// <summary>A message as it stands in a history at the end.</summary>
/// <param name="IsOwn">Written by the history's owner.</param>
/// <param name="Mark">The first word of its text; empty for one that was deleted.</param>
/// <param name="SentAt">Names it, with its author.</param>
/// <param name="Body">Its text now.</param>
/// <param name="Edits">Its texts before.</param>
/// <param name="Reactions">How the reader reacted.</param>
/// <param name="IsErased">Deleted.</param>
/// <param name="HasFile">It has a file that is whole.</param>
internal sealed record Shown(
    bool IsOwn, string Mark, long SentAt, string Body, string Edits, string Reactions, bool IsErased, bool HasFile)
{
    /// <summary>Reads a history in the order in which it was written, after every page of it was found authentic.</summary>
    public static IReadOnlyList<Shown> Read(Party party)
    {
        using var key = party.OpenKey();
        using var store = CipherStore.Open(party.Folder.Database, key);
        store.Verify();
        using var rows = store.Prepare("""
            SELECT type, sent_at, COALESCE(body, ''), isErased, json, id,
                (SELECT group_concat(emoji, ' ') FROM reactions r WHERE r.messageId = messages.id),
                (SELECT count(*) FROM message_attachments a WHERE a.messageId = messages.id AND a.path IS NOT NULL)
            FROM messages WHERE type IN ('incoming', 'outgoing') ORDER BY rowid
            """);
        var shown = new List<Shown>();
        while (rows.Step())
        {
            var body = rows.Text(2)!;
            var json = JsonNode.Parse(rows.Text(4)!)!;
            var edits = string.Join(" | ", json["editHistory"]?.AsArray().Select(edit => edit!["body"]?.GetValue<string>()) ?? []);
            shown.Add(new Shown(rows.Text(0) == "outgoing", body.Split(' ')[0], rows.Int64(1), body, edits, rows.Text(6) ?? "",
                rows.Int64(3) != 0, rows.Int64(7) > 0));
        }

        return shown;
    }
}
