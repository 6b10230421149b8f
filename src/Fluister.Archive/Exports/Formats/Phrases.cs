using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>A conversation in an index.</summary>
internal readonly record struct IndexEntry(string Name, string Stem, long Messages, Timestamp Last);

/// <summary>What all transcripts say in the same words. The texts are not escaped yet.</summary>
internal static class Phrases
{
    internal static void WriteOmitted(Utf8Writer writer, in Totals totals)
    {
        writer.Write("Left out of this export: "u8);
        writer.WriteNumber(totals.OmittedDisappearing);
        writer.Write(totals.OmittedDisappearing == 1 ? " disappearing message and "u8 : " disappearing messages and "u8);
        writer.WriteNumber(totals.OmittedViewOnce);
        writer.Write(totals.OmittedViewOnce == 1 ? " view-once message, in all conversations together."u8
            : " view-once messages, in all conversations together."u8);
    }

    /// <summary>What is particular about a message, in our own words without any markup; null where nothing is.</summary>
    internal static string? Marks(Message message)
    {
        if (message.Kind != MessageKind.Story && message.Edits.Count == 0 && message.ExpireTimer <= 0
            && !message.IsPinned && !message.IsErased && !message.IsViewOnce && !message.IsUnread)
        {
            return null;
        }

        var marks = new List<string>();
        Mark(marks, message.Kind == MessageKind.Story, "story");
        Mark(marks, message.Edits.Count > 0, "edited");
        Mark(marks, message.IsPinned, "pinned");
        Mark(marks, message.IsUnread, "unread");
        Mark(marks, message.IsErased, "deleted by its sender");
        Mark(marks, message.IsViewOnce, "view once");
        if (message.ExpireTimer > 0)
        {
            marks.Add("disappears after " + Duration(message.ExpireTimer));
        }

        return string.Join(", ", marks);
    }

    private static void Mark(List<string> marks, bool holds, string mark)
    {
        if (holds)
        {
            marks.Add(mark);
        }
    }

    private static string Duration(long seconds)
    {
        var (unit, name) = (seconds % 604_800, seconds % 86_400, seconds % 3600, seconds % 60) switch
        {
            (0, _, _, _) => (604_800, "week"),
            (_, 0, _, _) => (86_400, "day"),
            (_, _, 0, _) => (3600, "hour"),
            (_, _, _, 0) => (60, "minute"),
            _ => (1, "second"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / unit} {name}{(seconds == unit ? "" : "s")}");
    }

    internal static ReadOnlySpan<byte> Problem(MediaState state) => state switch
    {
        MediaState.Missing => " (not in the store)"u8,
        MediaState.Damaged => " (damaged: not authentic, left out)"u8,
        MediaState.TooLarge => " (too large for the page, left out)"u8,
        _ => default,
    };

    /// <summary>Kind, name and size.</summary>
    internal static string Attachment(Attachment attachment)
    {
        var kind = attachment.IsVoiceMessage ? "Voice message" : MediaTypes.Kind(attachment.ContentType) switch
        {
            MediaKind.Image => "Picture",
            MediaKind.Audio => "Sound",
            MediaKind.Video => "Film",
            _ => "File",
        };
        var name = attachment.FileName is { Length: > 0 } given ? " " + given : "";
        return $"{kind}{name} ({attachment.ContentType}{Size(attachment.Size ?? 0)})";
    }

    internal static string Contact(SharedContact contact) =>
        string.Join(", ", [contact.Name, .. Given(contact.Organization), .. contact.Numbers, .. contact.Emails]);

    internal static string Option(PollOption option) =>
        option.Voters.Count == 0
            ? option.Text + ": 0"
            : $"{option.Text}: {option.Voters.Count} ({string.Join(", ", option.Voters.Select(static v => v.Name))})";

    internal static string Call(Call call)
    {
        var length = call is { StartedAt: { } start, EndedAt: { } end } ? (decimal)end.UnixMilliseconds - start.UnixMilliseconds : 0;
        var lasted = length is >= 1000 and < 1_000_000_000_000
            ? string.Create(CultureInfo.InvariantCulture, $", {TimeSpan.FromMilliseconds((double)length):c}")
            : "";
        return $"Call ({call.Mode}, {call.Medium}, {call.Status}{lasted})";
    }

    private static string[] Given(string? text) => text is { Length: > 0 } ? [text] : [];

    private static string Size(long size) => size switch
    {
        <= 0 => "",
        < 1000 => $", {size} bytes",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $", {size / 1000.0:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $", {size / 1_000_000.0:0.#} MB"),
    };
}
