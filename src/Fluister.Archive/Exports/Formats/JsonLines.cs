using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>Writes the records of docs/spec/export-jsonl.md. What is null, false, zero or empty is left out.</summary>
internal sealed class JsonLines
{
    /// <summary>The version of the schema.</summary>
    internal const int Version = 1;

    /// <summary>The kind of file that holds everything.</summary>
    internal const string Base = "base";

    /// <summary>The kind of file that holds what became different.</summary>
    internal const string Changes = "changes";

    private const int MaximumCached = 4096;

    private readonly Dates _calendar = new(TimeZoneInfo.Utc);
    private readonly Dictionary<Participant, byte[]> _participants = new(ReferenceEqualityComparer.Instance);

    /// <summary>The first line.</summary>
    internal static void WriteHeader(Utf8Writer writer, Participant self, string kind)
    {
        writer.Write("{\"fluister\":\"export\",\"version\":"u8);
        writer.WriteNumber(Version);
        writer.Write(",\"kind\":\""u8);
        writer.Write(kind);
        writer.Write("\",\"self\":"u8);
        WritePerson(writer, self);
        writer.Write("}\n"u8);
    }

    /// <summary>The last line.</summary>
    internal static void WriteEnd(Utf8Writer writer, in Totals totals)
    {
        writer.Write("{\"end\":{\"messages\":"u8);
        writer.WriteNumber(totals.Messages);
        writer.Write(",\"omitted\":{\"disappearing\":"u8);
        writer.WriteNumber(totals.OmittedDisappearing);
        writer.Write(",\"viewOnce\":"u8);
        writer.WriteNumber(totals.OmittedViewOnce);
        writer.Write("},\"media\":{\"missing\":"u8);
        writer.WriteNumber(totals.MissingMedia);
        writer.Write(",\"damaged\":"u8);
        writer.WriteNumber(totals.DamagedMedia);
        writer.Write("}}}\n"u8);
    }

    /// <summary>The line of a conversation.</summary>
    internal void WriteConversationLine(Utf8Writer writer, Conversation conversation)
    {
        writer.Write("{\"conversation\":"u8);
        WriteConversation(writer, conversation);
        writer.Write("}\n"u8);
    }

    /// <summary>The line of a message.</summary>
    internal void WriteMessageLine(Utf8Writer writer, Message message, Media? media)
    {
        writer.Write("{\"message\":"u8);
        WriteMessage(writer, message, media);
        writer.Write("}\n"u8);
    }

    /// <summary>The object of a conversation.</summary>
    internal void WriteConversation(Utf8Writer writer, Conversation conversation)
    {
        writer.Write("{\"id\":"u8);
        JsonText.Write(writer, conversation.Id);
        writer.Write(conversation.Kind switch
        {
            ConversationKind.Direct => ",\"kind\":\"direct\""u8,
            ConversationKind.Group => ",\"kind\":\"group\""u8,
            _ => ",\"kind\":\"note-to-self\""u8,
        });
        Text(writer, ",\"name\":"u8, conversation.Name);
        Text(writer, ",\"serviceId\":"u8, conversation.ServiceId);
        Text(writer, ",\"number\":"u8, conversation.Number);
        Text(writer, ",\"groupId\":"u8, conversation.GroupId);
        People(writer, ",\"members\":["u8, conversation.Members);
        Flag(writer, ",\"isArchived\":true"u8, conversation.IsArchived);
        Number(writer, ",\"expireTimer\":"u8, conversation.ExpireTimer);
        if (conversation.ActiveAt is { } active)
        {
            writer.Write(",\"activeAt\":"u8);
            writer.WriteNumber(active.UnixMilliseconds);
        }

        if (conversation.Avatar is { } avatar)
        {
            writer.Write(",\"avatar\":"u8);
            WriteAttachment(writer, avatar, default);
        }

        writer.Write((byte)'}');
    }

    /// <summary>The object of a message; with the places of its files where <paramref name="media"/> is given.</summary>
    internal void WriteMessage(Utf8Writer writer, Message message, Media? media)
    {
        writer.Write("{\"id\":"u8);
        JsonText.Write(writer, message.Id);
        writer.Write(",\"conversationId\":"u8);
        JsonText.Write(writer, message.ConversationId);
        writer.Write(",\"rowId\":"u8);
        writer.WriteNumber(message.RowId);
        writer.Write(message.Kind switch
        {
            MessageKind.Text => ",\"kind\":\"text\",\"type\":"u8,
            MessageKind.Story => ",\"kind\":\"story\",\"type\":"u8,
            MessageKind.Call => ",\"kind\":\"call\",\"type\":"u8,
            _ => ",\"kind\":\"event\",\"type\":"u8,
        });
        JsonText.Write(writer, message.Type);
        writer.Write(message.Direction switch
        {
            MessageDirection.Incoming => ",\"direction\":\"incoming\""u8,
            MessageDirection.Outgoing => ",\"direction\":\"outgoing\""u8,
            _ => default,
        });
        Person(writer, ",\"sender\":"u8, message.Sender);
        writer.Write(",\"sentAt\":"u8);
        writer.WriteNumber(message.SentAt.UnixMilliseconds);
        writer.Write(",\"date\":\""u8);
        _calendar.WriteExact(writer, message.SentAt);
        writer.Write("\",\"receivedAt\":"u8);
        writer.WriteNumber(message.ReceivedAt.UnixMilliseconds);
        Text(writer, ",\"body\":"u8, message.Body);
        Ranges(writer, message.Ranges);
        if (message.Quote is { } quote)
        {
            WriteQuote(writer, quote, message, media);
        }

        if (message.Reactions.Count > 0)
        {
            WriteReactions(writer, message.Reactions);
        }

        Attachments(writer, message.Attachments, message, "a", media);
        if (message.Edits.Count > 0)
        {
            WriteEdits(writer, message.Edits, message, media);
        }

        WriteRareParts(writer, message, media);
        Flag(writer, ",\"isUnread\":true"u8, message.IsUnread);
        Flag(writer, ",\"isErased\":true"u8, message.IsErased);
        Flag(writer, ",\"isViewOnce\":true"u8, message.IsViewOnce);
        Flag(writer, ",\"isPinned\":true"u8, message.IsPinned);
        Number(writer, ",\"expireTimer\":"u8, message.ExpireTimer);
        Text(writer, ",\"storyId\":"u8, message.StoryId);
        writer.Write((byte)'}');
    }

    private void WriteRareParts(Utf8Writer writer, Message message, Media? media)
    {
        if (message.Previews.Count > 0)
        {
            WritePreviews(writer, message.Previews, message, media);
        }

        if (message.Contacts.Count > 0)
        {
            WriteContacts(writer, message.Contacts);
        }

        if (message.Sticker is { } sticker)
        {
            Text(writer, ",\"sticker\":{\"packId\":"u8, sticker.PackId);
            writer.Write(",\"stickerId\":"u8);
            writer.WriteNumber(sticker.StickerId);
            Text(writer, ",\"emoji\":"u8, sticker.Emoji);
            Image(writer, sticker.Image, message, "s", media);
            writer.Write((byte)'}');
        }

        if (message.Poll is { } poll)
        {
            WritePoll(writer, poll);
        }

        if (message.Call is { } call)
        {
            Text(writer, ",\"call\":{\"mode\":"u8, call.Mode);
            Text(writer, ",\"medium\":"u8, call.Medium);
            Text(writer, ",\"status\":"u8, call.Status);
            Time(writer, ",\"startedAt\":"u8, call.StartedAt);
            Time(writer, ",\"endedAt\":"u8, call.EndedAt);
            writer.Write((byte)'}');
        }

        if (message.Event is { } happened)
        {
            Text(writer, ",\"event\":{\"text\":"u8, happened.Text);
            Text(writer, ",\"json\":"u8, happened.Json);
            writer.Write((byte)'}');
        }
    }

    private void WriteQuote(Utf8Writer writer, Quote quote, Message message, Media? media)
    {
        writer.Write(",\"quote\":{\"sentAt\":"u8);
        writer.WriteNumber(quote.SentAt.UnixMilliseconds);
        Text(writer, ",\"messageId\":"u8, quote.MessageId);
        Person(writer, ",\"author\":"u8, quote.Author);
        Text(writer, ",\"text\":"u8, quote.Text);
        Ranges(writer, quote.Ranges);
        Attachments(writer, quote.Attachments, message, "q", media);
        Flag(writer, ",\"isViewOnce\":true"u8, quote.IsViewOnce);
        writer.Write((byte)'}');
    }

    private void WriteReactions(Utf8Writer writer, IReadOnlyList<Reaction> reactions)
    {
        for (var i = 0; i < reactions.Count; i++)
        {
            writer.Write(i == 0 ? ",\"reactions\":[{\"emoji\":"u8 : ",{\"emoji\":"u8);
            JsonText.Write(writer, reactions[i].Emoji);
            Person(writer, ",\"sender\":"u8, reactions[i].Sender);
            writer.Write(",\"sentAt\":"u8);
            writer.WriteNumber(reactions[i].SentAt.UnixMilliseconds);
            writer.Write((byte)'}');
        }

        writer.Write((byte)']');
    }

    private static void WriteEdits(Utf8Writer writer, IReadOnlyList<Edit> edits, Message message, Media? media)
    {
        for (var i = 0; i < edits.Count; i++)
        {
            writer.Write(i == 0 ? ",\"edits\":[{\"sentAt\":"u8 : ",{\"sentAt\":"u8);
            writer.WriteNumber(edits[i].SentAt.UnixMilliseconds);
            Text(writer, ",\"body\":"u8, edits[i].Body);
            Ranges(writer, edits[i].Ranges);
            if (edits[i].Attachments.Count > 0)
            {
                Attachments(writer, edits[i].Attachments, message, $"e{i}-", media);
            }

            writer.Write((byte)'}');
        }

        writer.Write((byte)']');
    }

    private static void WritePreviews(Utf8Writer writer, IReadOnlyList<LinkPreview> previews, Message message, Media? media)
    {
        for (var i = 0; i < previews.Count; i++)
        {
            writer.Write(i == 0 ? ",\"previews\":[{\"url\":"u8 : ",{\"url\":"u8);
            JsonText.Write(writer, previews[i].Url);
            Text(writer, ",\"title\":"u8, previews[i].Title);
            Text(writer, ",\"description\":"u8, previews[i].Description);
            Image(writer, previews[i].Image, message, $"p{i}", media);
            writer.Write((byte)'}');
        }

        writer.Write((byte)']');
    }

    private static void WriteContacts(Utf8Writer writer, IReadOnlyList<SharedContact> contacts)
    {
        for (var i = 0; i < contacts.Count; i++)
        {
            writer.Write(i == 0 ? ",\"contacts\":[{\"name\":"u8 : ",{\"name\":"u8);
            JsonText.Write(writer, contacts[i].Name);
            Strings(writer, ",\"numbers\":["u8, contacts[i].Numbers);
            Strings(writer, ",\"emails\":["u8, contacts[i].Emails);
            Text(writer, ",\"organization\":"u8, contacts[i].Organization);
            writer.Write((byte)'}');
        }

        writer.Write((byte)']');
    }

    private void WritePoll(Utf8Writer writer, Poll poll)
    {
        Text(writer, ",\"poll\":{\"question\":"u8, poll.Question);
        for (var i = 0; i < poll.Options.Count; i++)
        {
            writer.Write(i == 0 ? ",\"options\":[{\"text\":"u8 : ",{\"text\":"u8);
            JsonText.Write(writer, poll.Options[i].Text);
            People(writer, ",\"voters\":["u8, poll.Options[i].Voters);
            writer.Write((byte)'}');
        }

        Flag(writer, "]"u8, poll.Options.Count > 0);
        Flag(writer, ",\"allowsMultiple\":true"u8, poll.AllowsMultiple);
        Flag(writer, ",\"isClosed\":true"u8, poll.IsClosed);
        writer.Write((byte)'}');
    }

    private static void Attachments(
        Utf8Writer writer, IReadOnlyList<Attachment> attachments, Message message, string slot, Media? media)
    {
        if (attachments.Count == 0)
        {
            return;
        }

        for (var i = 0; i < attachments.Count; i++)
        {
            writer.Write(i == 0 ? ",\"attachments\":["u8 : ","u8);
            WriteAttachment(writer, attachments[i], media?.Place(message, $"{slot}{i}", attachments[i]) ?? default);
        }

        writer.Write((byte)']');
    }

    private static void Image(Utf8Writer writer, Attachment? image, Message message, string slot, Media? media)
    {
        if (image is not null)
        {
            writer.Write(",\"image\":"u8);
            WriteAttachment(writer, image, media?.Place(message, slot, image) ?? default);
        }
    }

    private static void WriteAttachment(Utf8Writer writer, Attachment attachment, MediaPlace place)
    {
        Text(writer, "{\"contentType\":"u8, attachment.ContentType);
        Text(writer, ",\"fileName\":"u8, attachment.FileName);
        Number(writer, ",\"size\":"u8, attachment.Size ?? 0);
        Number(writer, ",\"width\":"u8, attachment.Width ?? 0);
        Number(writer, ",\"height\":"u8, attachment.Height ?? 0);
        Text(writer, ",\"caption\":"u8, attachment.Caption);
        Flag(writer, ",\"isVoiceMessage\":true"u8, attachment.IsVoiceMessage);
        Flag(writer, ",\"isStored\":true"u8, attachment.Path is not null);
        Text(writer, ",\"file\":"u8, place.File);
        Text(writer, ",\"problem\":"u8, place.Problem);
        writer.Write((byte)'}');
    }

    private static void Ranges(Utf8Writer writer, IReadOnlyList<BodyRange> ranges)
    {
        if (ranges.Count == 0)
        {
            return;
        }

        for (var i = 0; i < ranges.Count; i++)
        {
            writer.Write(i == 0 ? ",\"ranges\":[{\"start\":"u8 : ",{\"start\":"u8);
            writer.WriteNumber(ranges[i].Start);
            writer.Write(",\"length\":"u8);
            writer.WriteNumber(ranges[i].Length);
            writer.Write(ranges[i].Style switch
            {
                BodyStyle.Bold => ",\"style\":\"bold\""u8,
                BodyStyle.Italic => ",\"style\":\"italic\""u8,
                BodyStyle.Spoiler => ",\"style\":\"spoiler\""u8,
                BodyStyle.Strikethrough => ",\"style\":\"strikethrough\""u8,
                BodyStyle.Monospace => ",\"style\":\"monospace\""u8,
                BodyStyle.Mention => ",\"style\":\"mention\""u8,
                _ => default,
            });
            if (ranges[i].Mention is { } mention)
            {
                writer.Write(",\"mention\":"u8);
                WritePerson(writer, mention);
            }

            writer.Write((byte)'}');
        }

        writer.Write((byte)']');
    }

    private void People(Utf8Writer writer, ReadOnlySpan<byte> name, IReadOnlyList<Participant> people)
    {
        if (people.Count == 0)
        {
            return;
        }

        for (var i = 0; i < people.Count; i++)
        {
            Person(writer, i == 0 ? name : ","u8, people[i]);
        }

        writer.Write((byte)']');
    }

    // A person's record is the same in thousands of messages: it is made once and copied.
    private void Person(Utf8Writer writer, ReadOnlySpan<byte> name, Participant? person)
    {
        if (person is null)
        {
            return;
        }

        writer.Write(name);
        if (!_participants.TryGetValue(person, out var bytes))
        {
            if (_participants.Count >= MaximumCached)
            {
                _participants.Clear();
            }

            using var scratch = new Utf8Writer();
            WritePerson(scratch, person);
            bytes = scratch.Written.ToArray();
            _participants.Add(person, bytes);
        }

        writer.Write(bytes);
    }

    private static void WritePerson(Utf8Writer writer, Participant person)
    {
        Text(writer, "{\"id\":"u8, person.Id);
        Text(writer, ",\"name\":"u8, person.Name);
        Text(writer, ",\"serviceId\":"u8, person.ServiceId);
        Text(writer, ",\"number\":"u8, person.Number);
        Flag(writer, ",\"isSelf\":true"u8, person.IsSelf);
        writer.Write((byte)'}');
    }

    private static void Strings(Utf8Writer writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        for (var i = 0; i < texts.Count; i++)
        {
            Text(writer, i == 0 ? name : ","u8, texts[i]);
        }

        writer.Write((byte)']');
    }

    private static void Time(Utf8Writer writer, ReadOnlySpan<byte> name, Timestamp? time)
    {
        if (time is { } known)
        {
            writer.Write(name);
            writer.WriteNumber(known.UnixMilliseconds);
        }
    }

    private static void Text(Utf8Writer writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.Write(name);
            JsonText.Write(writer, text);
        }
    }

    private static void Number(Utf8Writer writer, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            writer.Write(name);
            writer.WriteNumber(value);
        }
    }

    private static void Flag(Utf8Writer writer, ReadOnlySpan<byte> name, bool value)
    {
        if (value)
        {
            writer.Write(name);
        }
    }
}
