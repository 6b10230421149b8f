using System.Text;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Accounts;

/// <summary>What a message says, in one line, safe for a terminal.</summary>
internal static class MessageText
{
    private const int QuoteLength = 40;

    /// <summary>The text with its mentions as names, after what it answers and before what comes with it; empty where it says
    /// nothing.</summary>
    public static string Of(DataMessage message, Func<ServiceId, string> nameOf)
    {
        var parts = new List<string>();
        if (message.Quote is { } quote)
        {
            var quoted = Body(quote.Text, quote.BodyRanges, nameOf);
            var said = quoted.Length > QuoteLength ? $"“{Short(quoted)}…”" : quoted.Length > 0 ? $"“{quoted}”" : $"[{quote.Id}]";
            parts.Add($"(answering {said})");
        }

        if (message.IsViewOnce)
        {
            parts.Add("(to be looked at once)");
        }

        parts.Add(Body(message.Body, message.BodyRanges, nameOf));
        if (message.PollCreate is { } poll)
        {
            parts.Add($"(poll) {Terminal.Clean(poll.Question)} "
                + string.Join(", ", poll.Options.Select((option, index) => $"{index + 1}: {Terminal.Clean(option)}")));
        }

        if (message.Sticker is { } sticker)
        {
            parts.Add(sticker.Emoji.Length > 0 ? $"(sticker {Terminal.Clean(sticker.Emoji)})" : "(sticker)");
        }

        parts.AddRange(message.Attachments.Select(file =>
            $"[{Terminal.Clean(file.FileName.Length > 0 ? file.FileName : file.ContentType)}]"));
        parts.AddRange(message.Contact.Select(contact => $"(contact {Terminal.Clean(contact.Name?.GivenName ?? "")})"));
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string Short(string text) => text[..(char.IsHighSurrogate(text[QuoteLength - 1]) ? QuoteLength - 1 : QuoteLength)];

    private static string Body(string text, IEnumerable<BodyRange> ranges, Func<ServiceId, string> nameOf)
    {
        var body = new StringBuilder(text);

        // From the end, so that places before stay what they are; those that make no sense are passed over.
        foreach (var range in ranges.OrderByDescending(range => range.Start))
        {
            if (Ids.Read(range.MentionAciBinary, range.MentionAci) is { } person
                && range.Start < body.Length && range.Length <= body.Length - range.Start)
            {
                body.Remove((int)range.Start, (int)range.Length).Insert((int)range.Start, $"@{nameOf(person)}");
            }
        }

        return Terminal.Clean(body.ToString());
    }
}
