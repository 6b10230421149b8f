using Fluister.Wire.Protos;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Fluister.Cli.Rpc;

/// <content>Messages between people.</content>
internal sealed partial class ContentJson
{
    private void Data(string name, DataMessage message)
    {
        writer.WriteStartObject(name);
        DataMembers(message);
        writer.WriteEndObject();
    }

    private void DataMembers(DataMessage message)
    {
        writer.WriteNumber("timestamp", message.Timestamp);
        writer.WriteString("message", message.HasBody ? message.Body : null);
        writer.WriteNumber("expiresInSeconds", message.ExpireTimer);
        writer.WriteBoolean("isExpirationUpdate", (message.Flags & (uint)DataMessage.Types.Flags.ExpirationTimerUpdate) != 0);
        writer.WriteBoolean("viewOnce", message.IsViewOnce);
        if (message.Reaction is { } reaction)
        {
            writer.WriteStartObject("reaction");
            writer.WriteString("emoji", reaction.Emoji);
            Person("targetAuthor", Id(reaction.TargetAuthorAciBinary, reaction.TargetAuthorAci));
            writer.WriteNumber("targetSentTimestamp", reaction.TargetSentTimestamp);
            writer.WriteBoolean("isRemove", reaction.Remove);
            writer.WriteEndObject();
        }

        if (message.Quote is { } quote)
        {
            Quote(quote);
        }

        Mentions(message.BodyRanges);
        Previews(message.Preview);
        Attachments(message.Attachments);
        if (message.Sticker is { } sticker)
        {
            writer.WriteStartObject("sticker");
            writer.WriteString("packId", Convert.ToHexStringLower(sticker.PackId.Span));
            writer.WriteNumber("stickerId", sticker.StickerId);
            writer.WriteEndObject();
        }

        if (message.Delete is { } deletion)
        {
            writer.WriteStartObject("remoteDelete");
            writer.WriteNumber("timestamp", deletion.TargetSentTimestamp);
            writer.WriteEndObject();
        }

        Contacts(message.Contact);
        Poll(message);
        Styles(message.BodyRanges);
    }

    private void Quote(DataMessage.Types.Quote quote)
    {
        writer.WriteStartObject("quote");
        writer.WriteNumber("id", quote.Id);
        Person("author", Id(quote.AuthorAciBinary, quote.AuthorAci));
        writer.WriteString("text", quote.HasText ? quote.Text : null);
        Mentions(quote.BodyRanges);
        writer.WriteStartArray("attachments");
        foreach (var attachment in quote.Attachments)
        {
            writer.WriteStartObject();
            writer.WriteString("contentType", attachment.HasContentType ? attachment.ContentType : null);
            writer.WriteString("filename", attachment.HasFileName ? attachment.FileName : null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Styles(quote.BodyRanges);
        writer.WriteEndObject();
    }

    private void Mentions(RepeatedField<BodyRange> ranges) => Ranges("mentions", ranges, range => Mentioned(range) is not null, range =>
    {
        var id = Mentioned(range)!.Value;
        var person = find(id);
        writer.WriteString("name", person.Name ?? person.Number ?? id.ToString());
        writer.WriteString("number", person.Number);
        writer.WriteString("uuid", id.ToString());
    });

    private void Styles(RepeatedField<BodyRange> ranges) => Ranges("textStyles", ranges, range => range.HasStyle,
        range => writer.WriteString("style", range.Style.ToString().ToUpperInvariant()));

    private void Ranges(string name, RepeatedField<BodyRange> ranges, Func<BodyRange, bool> isOne, Action<BodyRange> members)
    {
        if (!ranges.Any(isOne))
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var range in ranges.Where(isOne))
        {
            writer.WriteStartObject();
            members(range);
            writer.WriteNumber("start", range.Start);
            writer.WriteNumber("length", range.Length);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Previews(RepeatedField<Preview> previews)
    {
        if (previews.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("previews");
        foreach (var preview in previews)
        {
            writer.WriteStartObject();
            writer.WriteString("url", preview.Url);
            writer.WriteString("title", preview.Title);
            writer.WriteString("description", preview.Description);
            writer.WriteNull("image");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Attachments(RepeatedField<AttachmentPointer> attachments)
    {
        if (attachments.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("attachments");
        for (var index = 0; index < attachments.Count; index++)
        {
            var attachment = attachments[index];
            writer.WriteStartObject();
            writer.WriteString("contentType", attachment.HasContentType ? attachment.ContentType : null);
            writer.WriteString("filename", attachment.HasFileName ? attachment.FileName : null);
            writer.WriteString("id", messageId is null ? null : $"{messageId}:{index}");
            Number("size", attachment.HasSize, attachment.Size);
            Number("width", attachment.HasWidth, attachment.Width);
            Number("height", attachment.HasHeight, attachment.Height);
            writer.WriteString("caption", attachment.HasCaption ? attachment.Caption : null);
            Number("uploadTimestamp", attachment.HasUploadTimestamp, attachment.UploadTimestamp);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Contacts(RepeatedField<DataMessage.Types.Contact> contacts)
    {
        if (contacts.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("contacts");
        foreach (var contact in contacts)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("name");
            writer.WriteString("nickname", contact.Name?.Nickname);
            writer.WriteString("given", contact.Name?.GivenName);
            writer.WriteString("family", contact.Name?.FamilyName);
            writer.WriteString("prefix", contact.Name?.Prefix);
            writer.WriteString("suffix", contact.Name?.Suffix);
            writer.WriteString("middle", contact.Name?.MiddleName);
            writer.WriteEndObject();
            writer.WriteString("organization", contact.Organization);
            Places("phone", contact.Number.Select(number => (number.Value, Word(number.Type), number.Label)));
            Places("email", contact.Email.Select(address => (address.Value, Word(address.Type), address.Label)));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Places(string name, IEnumerable<(string Value, string Type, string Label)> places)
    {
        writer.WriteStartArray(name);
        foreach (var (value, type, label) in places)
        {
            writer.WriteStartObject();
            writer.WriteString("value", value);
            writer.WriteString("type", type);
            writer.WriteString("label", label);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Poll(DataMessage message)
    {
        if (message.PollCreate is { } poll)
        {
            writer.WriteStartObject("pollCreate");
            writer.WriteString("question", poll.Question);
            writer.WriteBoolean("allowMultiple", poll.AllowMultiple);
            writer.WriteStartArray("options");
            foreach (var option in poll.Options)
            {
                writer.WriteStringValue(option);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        if (message.PollVote is { } vote)
        {
            writer.WriteStartObject("pollVote");
            Person("author", Id(vote.TargetAuthorAciBinary, ""));
            writer.WriteNumber("targetSentTimestamp", vote.TargetSentTimestamp);
            writer.WriteStartArray("optionIndexes");
            foreach (var index in vote.OptionIndexes)
            {
                writer.WriteNumberValue(index);
            }

            writer.WriteEndArray();
            writer.WriteNumber("voteCount", vote.VoteCount);
            writer.WriteEndObject();
        }

        if (message.PollTerminate is { } end)
        {
            writer.WriteStartObject("pollTerminate");
            writer.WriteNumber("targetSentTimestamp", end.TargetSentTimestamp);
            writer.WriteEndObject();
        }
    }

    private static Protocol.Addresses.ServiceId? Mentioned(BodyRange range) => range.HasStyle ? null
        : Id(range.HasMentionAciBinary ? range.MentionAciBinary : ByteString.Empty, range.HasMentionAci ? range.MentionAci : "");

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToUpperInvariant();

    private void Number(string name, bool isThere, ulong value)
    {
        if (isThere)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
