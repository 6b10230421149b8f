using System.Text.Json;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.SignalDesktop;

/// <summary>json.quote.</summary>
internal sealed class QuoteRecord
{
    public long? SentAt { get; private set; }

    public string? Author { get; private set; }

    public string? Text { get; private set; }

    public string? MessageId { get; private set; }

    public bool IsViewOnce { get; private set; }

    public List<RangeRecord> Ranges { get; } = [];

    public List<AttachmentRecord> Attachments { get; private set; } = [];

    public static QuoteRecord? Read(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        var quote = new QuoteRecord();
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.Id: quote.SentAt = Json.Number(ref reader); break;
                case Field.AuthorAci or Field.AuthorUuid: quote.Author = Json.Text(ref reader) ?? quote.Author; break;
                case Field.Author: quote.Author ??= Json.Text(ref reader); break;
                case Field.Text: quote.Text = Json.Text(ref reader); break;
                case Field.MessageId: quote.MessageId = Json.Text(ref reader); break;
                case Field.IsViewOnce: quote.IsViewOnce = Json.Flag(ref reader); break;
                case Field.BodyRanges: MessageRecord.ReadRanges(ref reader, quote.Ranges); break;
                case Field.Attachments: quote.Attachments = AttachmentRecord.ReadAll(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return quote;
    }
}

/// <summary>An element of json.reactions.</summary>
internal readonly record struct ReactionRecord(string Emoji, string? From, long SentAt)
{
    public static void ReadAll(ref Utf8JsonReader reader, List<ReactionRecord> reactions)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            string? emoji = null;
            string? from = null;
            long sentAt = 0;
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.Emoji: emoji = Json.Text(ref reader); break;
                    case Field.FromId: from = Json.Text(ref reader); break;
                    case Field.Timestamp: sentAt = Json.Number(ref reader) ?? 0; break;
                    default: reader.Skip(); break;
                }
            }

            // A reaction taken back stays as an element without emoji until it has been sent.
            if (!string.IsNullOrEmpty(emoji))
            {
                reactions.Add(new ReactionRecord(emoji, from, sentAt));
            }
        }
    }
}

/// <summary>An element of json.editHistory: newest first, the first being the message as it stands.</summary>
internal sealed class EditRecord
{
    public string? Body { get; private set; }

    public long SentAt { get; private set; }

    public List<RangeRecord> Ranges { get; } = [];

    public List<AttachmentRecord> Attachments { get; set; } = [];

    public static void ReadAll(ref Utf8JsonReader reader, List<EditRecord> edits)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            var edit = new EditRecord();
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.Body: edit.Body = Json.Text(ref reader); break;
                    case Field.Timestamp: edit.SentAt = Json.Number(ref reader) ?? 0; break;
                    case Field.BodyRanges: MessageRecord.ReadRanges(ref reader, edit.Ranges); break;
                    case Field.Attachments: edit.Attachments = AttachmentRecord.ReadAll(ref reader); break;
                    default: reader.Skip(); break;
                }
            }

            edits.Add(edit);
        }
    }
}

/// <summary>An element of json.preview.</summary>
internal sealed class PreviewRecord
{
    public string? Url { get; private set; }

    public string? Title { get; private set; }

    public string? Description { get; private set; }

    public AttachmentRecord? Image { get; set; }

    public static void ReadAll(ref Utf8JsonReader reader, List<PreviewRecord> previews)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            var preview = new PreviewRecord();
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.Url: preview.Url = Json.Text(ref reader); break;
                    case Field.Title: preview.Title = Json.Text(ref reader); break;
                    case Field.Description: preview.Description = Json.Text(ref reader); break;
                    case Field.Image: preview.Image = AttachmentRecord.Read(ref reader); break;
                    default: reader.Skip(); break;
                }
            }

            previews.Add(preview);
        }
    }
}

/// <summary>An element of json.contact.</summary>
internal static class ContactRecord
{
    public static void ReadAll(ref Utf8JsonReader reader, List<SharedContact> contacts)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            string? name = null;
            string? organization = null;
            var numbers = new List<string>();
            var emails = new List<string>();
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.Name: name = ReadName(ref reader); break;
                    case Field.Number: ReadValues(ref reader, numbers); break;
                    case Field.Email: ReadValues(ref reader, emails); break;
                    case Field.Organization: organization = Json.Text(ref reader); break;
                    default: reader.Skip(); break;
                }
            }

            contacts.Add(new SharedContact(
                name ?? organization ?? "Unknown", numbers, emails, string.IsNullOrEmpty(organization) ? null : organization));
        }
    }

    private static string? ReadName(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        string? display = null;
        string? given = null;
        string? family = null;
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.DisplayName: display = Json.Text(ref reader); break;
                case Field.GivenName: given = Json.Text(ref reader); break;
                case Field.FamilyName: family = Json.Text(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        var full = string.Join(' ', new[] { given, family }.Where(part => !string.IsNullOrWhiteSpace(part)));
        return string.IsNullOrWhiteSpace(display) ? (full.Length > 0 ? full : null) : display;
    }

    private static void ReadValues(ref Utf8JsonReader reader, List<string> values)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            while (Json.Property(ref reader, out var field))
            {
                if (field == Field.Value && reader.TokenType == JsonTokenType.String)
                {
                    values.Add(Json.Text(ref reader)!);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }
}

/// <summary>json.sticker; the pack's key is left where it is.</summary>
internal sealed class StickerRecord
{
    public string? PackId { get; private set; }

    public long StickerId { get; private set; }

    public string? Emoji { get; private set; }

    public AttachmentRecord? Image { get; set; }

    public static StickerRecord? Read(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        var sticker = new StickerRecord();
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.PackId: sticker.PackId = Json.Text(ref reader); break;
                case Field.StickerId: sticker.StickerId = Json.Number(ref reader) ?? 0; break;
                case Field.Emoji: sticker.Emoji = Json.Text(ref reader); break;
                case Field.Data: sticker.Image = AttachmentRecord.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return sticker;
    }
}

/// <summary>json.poll.</summary>
internal sealed class PollRecord
{
    public string? Question { get; private set; }

    public List<string> Options { get; } = [];

    public bool AllowsMultiple { get; private set; }

    public bool IsClosed { get; private set; }

    public List<(string From, long Count, List<long> Options)> Votes { get; } = [];

    public static PollRecord? Read(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        var poll = new PollRecord();
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.Question: poll.Question = Json.Text(ref reader); break;
                case Field.AllowMultiple: poll.AllowsMultiple = Json.Flag(ref reader); break;
                case Field.TerminatedAt: poll.IsClosed = Json.Number(ref reader) is not null; break;
                case Field.Options: poll.ReadOptions(ref reader); break;
                case Field.Votes: poll.ReadVotes(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return poll;
    }

    /// <summary>The model's form: of each voter the last vote counts.</summary>
    public Poll ToPoll(People people)
    {
        var last = new Dictionary<string, (long Count, List<long> Options)>(StringComparer.Ordinal);
        foreach (var (from, count, options) in Votes)
        {
            if (!last.TryGetValue(from, out var earlier) || count >= earlier.Count)
            {
                last[from] = (count, options);
            }
        }

        var voters = Options.ConvertAll(_ => new List<Participant>());
        foreach (var (from, vote) in last)
        {
            foreach (var option in vote.Options.Distinct())
            {
                if (option >= 0 && option < voters.Count && people.Find(from) is { } person)
                {
                    voters[(int)option].Add(person);
                }
            }
        }

        return new Poll(Question ?? "", [.. Options.Select((text, i) => new PollOption(text, voters[i]))], AllowsMultiple, IsClosed);
    }

    private void ReadOptions(ref Utf8JsonReader reader)
    {
        if (Json.Array(ref reader))
        {
            while (Json.Element(ref reader))
            {
                Options.Add(Json.Text(ref reader) ?? "");
            }
        }
    }

    private void ReadVotes(ref Utf8JsonReader reader)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            string? from = null;
            long count = 0;
            var options = new List<long>();
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.FromConversationId: from = Json.Text(ref reader); break;
                    case Field.VoteCount: count = Json.Number(ref reader) ?? 0; break;
                    case Field.OptionIndexes when Json.Array(ref reader):
                        while (Json.Element(ref reader))
                        {
                            options.Add(Json.Number(ref reader) ?? -1);
                        }

                        break;
                    case Field.OptionIndexes: break;
                    default: reader.Skip(); break;
                }
            }

            if (from is not null)
            {
                Votes.Add((from, count, options));
            }
        }
    }
}

/// <summary>json.callHistoryDetails, as generations before 89 kept calls.</summary>
internal sealed class CallRecord
{
    public string? Mode { get; private set; }

    public string? Creator { get; private set; }

    public bool IsIncoming { get; private set; }

    public bool IsVideo { get; private set; }

    public bool IsDeclined { get; private set; }

    public long? AcceptedAt { get; private set; }

    public long? StartedAt { get; private set; }

    public long? EndedAt { get; private set; }

    public static CallRecord? Read(ref Utf8JsonReader reader)
    {
        if (!Json.Object(ref reader))
        {
            return null;
        }

        var call = new CallRecord();
        while (Json.Property(ref reader, out var field))
        {
            switch (field)
            {
                case Field.CallMode: call.Mode = Json.Text(ref reader); break;
                case Field.CreatorUuid: call.Creator = Json.Text(ref reader); break;
                case Field.WasIncoming: call.IsIncoming = Json.Flag(ref reader); break;
                case Field.WasVideoCall: call.IsVideo = Json.Flag(ref reader); break;
                case Field.WasDeclined: call.IsDeclined = Json.Flag(ref reader); break;
                case Field.AcceptedTime: call.AcceptedAt = Json.Number(ref reader); break;
                case Field.StartedTime: call.StartedAt = Json.Number(ref reader); break;
                case Field.EndedTime: call.EndedAt = Json.Number(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return call;
    }

    public Call ToCall()
    {
        var isGroup = string.Equals(Mode, "Group", StringComparison.OrdinalIgnoreCase);
        var started = AcceptedAt ?? StartedAt;
        return new Call(
            isGroup ? "group" : "direct",
            isGroup ? "group" : IsVideo ? "video" : "audio",
            isGroup ? "unknown" : AcceptedAt is not null ? "accepted" : IsDeclined ? "declined" : "missed",
            started is { } start ? new Timestamp(start) : null,
            EndedAt is { } end ? new Timestamp(end) : null);
    }
}
