using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <summary>A message as signal-cli's parameters of <c>send</c> describe it.</summary>
internal sealed class RpcDraft
{
    private readonly string? _text;
    private readonly IReadOnlyList<string> _files;
    private readonly bool _isViewOnce;
    private readonly bool _isVoice;
    private readonly IReadOnlyList<(int Start, int Length, BodyStyle Style)> _styles;
    private readonly IReadOnlyList<(int Start, int Length, string Person)> _mentions;
    private readonly (string? Author, long Timestamp)? _quote;
    private readonly (string Url, string Title, string Description)? _preview;

    /// <summary>Takes the parameters that it knows.</summary>
    public RpcDraft(RpcParameters given)
    {
        _text = given.Text("message", "messageBody");
        _files = given.Texts("attachment", "attachments");
        if (_files.Any(file => !Path.IsPathFullyQualified(file)))
        {
            throw RpcException.Parameters("attachment is the whole path of a file on this computer.");
        }

        (_isViewOnce, _isVoice) = (given.Flag("viewOnce"), given.Flag("voiceNote"));
        _styles = [.. given.Texts("textStyle", "textStyles").Select(Style)];
        _mentions = [.. given.Texts("mention", "mentions").Select(Mention)];
        var (author, timestamp) = (given.Text("quoteAuthor"), given.Number("quoteTimestamp"));

        // What the quoted message says is in the history.
        given.Text("quoteMessage");
        given.Texts("quoteMention", "quoteMentions");
        given.Texts("quoteTextStyle", "quoteTextStyles");
        given.Texts("quoteAttachment", "quoteAttachments");
        _quote = timestamp is { } at ? (author, at) : null;
        _preview = given.Text("previewUrl") is { } url
            ? (url, given.Text("previewTitle") ?? "", given.Text("previewDescription") ?? "") : null;
        if (_text is null && _files.Count == 0)
        {
            throw RpcException.Parameters("A message has a text or a file: give message or attachment.");
        }
    }

    /// <summary>The message, for the account that sends it.</summary>
    public async Task<Draft> ForAsync(AccountClient client, CancellationToken cancel)
    {
        var mentions = new List<(int, int, ServiceId)>();
        foreach (var (start, length, person) in _mentions)
        {
            mentions.Add((start, length, await client.ResolveAsync(person, cancel)));
        }

        return new Draft
        {
            Text = _text,
            Files = [.. _files.Select(file => new DraftFile(file, IsVoiceMessage: _isVoice))],
            IsViewOnce = _isViewOnce,
            Styles = _styles,
            Mentions = mentions,
            Preview = _preview,
            Quote = _quote is not { } quote ? null
                : (quote.Author is null ? client.Self.Aci : await client.ResolveAsync(quote.Author, cancel), quote.Timestamp),
        };
    }

    /// <summary>"START:LENGTH:STYLE", in UTF-16 units.</summary>
    private static (int Start, int Length, BodyStyle Style) Style(string text)
    {
        var (start, length, style) = Range(text);
        return Enum.TryParse<BodyStyle>(style, ignoreCase: true, out var known) && known != BodyStyle.None && Enum.IsDefined(known)
            ? (start, length, known)
            : throw RpcException.Parameters("textStyle is START:LENGTH:STYLE, with BOLD, ITALIC, SPOILER, STRIKETHROUGH or MONOSPACE.");
    }

    /// <summary>"START:LENGTH:PERSON", in UTF-16 units.</summary>
    private static (int Start, int Length, string Person) Mention(string text) => Range(text);

    private static (int Start, int Length, string What) Range(string text) =>
        text.Split(':', 3) is [var start, var length, var rest]
        && int.TryParse(start, out var at) && int.TryParse(length, out var count) && at >= 0 && count > 0
            ? (at, count, rest) : throw RpcException.Parameters("A part of the text is START:LENGTH:WHAT.");
}
