using System.Globalization;
using System.Text.Json;
using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <summary>What a run of `fluister send` is to do, done by the daemon that has the account open.</summary>
internal sealed class ForwardedErrand(RpcClient daemon)
{
    /// <summary>Finds whom a text means, as the daemon's account knows it.</summary>
    /// <exception cref="ClientException">NotFound.</exception>
    public async Task<ServiceId> ResolveAsync(string text, CancellationToken cancel)
    {
        var found = await daemon.CallAsync("getUserStatus", writer => writer.WriteString("recipient", text), cancel).ConfigureAwait(false);
        return ServiceId.TryParse(found[0].GetProperty("uuid").GetString(), out var id) ? id
            : throw new ClientException(ClientError.NotFound, $"Nobody is found by \"{Terminal.Clean(text)}\".");
    }

    /// <summary>Has it done.</summary>
    /// <param name="errand">What.</param>
    /// <param name="to">With whom.</param>
    /// <param name="author">Whose message is answered or reacted to.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The timestamp of the last that was sent, and whether it is at the home server.</returns>
    public async Task<(long Timestamp, bool IsSent)> DoAsync(Errand errand, ServiceId to, ServiceId author, CancellationToken cancel)
    {
        (long, bool) sent = default;
        if (errand.Expire is { } seconds)
        {
            var set = await daemon.CallAsync("updateContact", writer =>
            {
                writer.WriteString("recipient", to.ToString());
                writer.WriteNumber("expiration", seconds);
            }, cancel).ConfigureAwait(false);
            sent = (set.GetProperty("timestamp").GetInt64(), true);
        }

        if (errand.Draft is { Poll: { } poll })
        {
            return await SendAsync("sendPollCreate", to, writer =>
            {
                writer.WriteString("question", poll.Question);
                Texts(writer, "options", poll.Options);
                writer.WriteBoolean("noMulti", !poll.AllowsMultiple);
            }, cancel).ConfigureAwait(false);
        }

        return errand switch
        {
            { Draft: { } draft } => await SendAsync("send", to, writer => Write(writer, errand, draft, author), cancel)
                .ConfigureAwait(false),
            { Delete: { } deleted } => await SendAsync(
                "remoteDelete", to, writer => writer.WriteNumber("targetTimestamp", deleted), cancel).ConfigureAwait(false),
            { Emoji: { } emoji } => await SendAsync("sendReaction", to, writer =>
            {
                writer.WriteString("emoji", emoji);
                writer.WriteBoolean("remove", errand.Remove);
                writer.WriteString("targetAuthor", author.ToString());
                writer.WriteNumber("targetTimestamp", errand.Target!.Value);
            }, cancel).ConfigureAwait(false),
            { Vote: { } options } => await SendAsync("sendPollVote", to, writer =>
            {
                writer.WriteStartArray("options");
                options.ToList().ForEach(writer.WriteNumberValue);
                writer.WriteEndArray();
                writer.WriteString("pollAuthor", author.ToString());
                writer.WriteNumber("pollTimestamp", errand.Target!.Value);
            }, cancel).ConfigureAwait(false),
            _ => sent,
        };
    }

    private static void Write(Utf8JsonWriter writer, Errand errand, Draft draft, ServiceId author)
    {
        if (draft.Sticker is not null || draft.Contact is not null || draft.Files.Any(file => file.ContentType is not null))
        {
            throw new UsageException(
                "A daemon has the account open, and does not take stickers, contacts and types of files. End it first.");
        }

        if (draft.Text is not null)
        {
            writer.WriteString("message", draft.Text);
        }

        Texts(writer, "attachments", draft.Files.Select(file => Path.GetFullPath(file.Path)));
        Texts(writer, "textStyles", draft.Styles.Select(style => Range(style.Start, style.Length, style.Style.ToString())));
        Texts(writer, "mentions", draft.Mentions.Select(mention => Range(mention.Start, mention.Length, mention.Person.ToString())));
        writer.WriteBoolean("viewOnce", draft.IsViewOnce);
        writer.WriteBoolean("voiceNote", draft.Files.Any(file => file.IsVoiceMessage));
        if (draft.Preview is { } preview)
        {
            writer.WriteString("previewUrl", preview.Url);
            writer.WriteString("previewTitle", preview.Title);
            writer.WriteString("previewDescription", preview.Description);
        }

        if (errand.ReplyTo is { } answered)
        {
            writer.WriteNumber("quoteTimestamp", answered);
            writer.WriteString("quoteAuthor", author.ToString());
        }

        if (errand.Edit is { } edited)
        {
            writer.WriteNumber("editTimestamp", edited);
        }
    }

    private static string Range(int start, int length, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{start}:{length}:{what}");

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private async Task<(long Timestamp, bool IsSent)> SendAsync(
        string method, ServiceId to, Action<Utf8JsonWriter> members, CancellationToken cancel)
    {
        var answer = await daemon.CallAsync(method, writer =>
        {
            writer.WriteString("recipient", to.ToString());
            members(writer);
        }, cancel).ConfigureAwait(false);
        return (answer.GetProperty("timestamp").GetInt64(), answer.GetProperty("results")[0].GetProperty("type").ValueEquals("SUCCESS"u8));
    }
}
