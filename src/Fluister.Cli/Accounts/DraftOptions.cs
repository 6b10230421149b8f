using System.CommandLine;
using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>The options that say what a message holds.</summary>
internal sealed class DraftOptions
{
    /// <summary>Bytes of text taken from standard input: what one message of Signal's holds.</summary>
    private const int MaximumText = 64 * 1024;

    private readonly Argument<string?> _text = new("TEXT")
    {
        Description = "What to say; '-' reads it from standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _file = new("--file", "-f")
    {
        Description = "Send a file; may be given several times",
        HelpName = "FILE",
    };

    private readonly Option<bool> _voice = new("--voice") { Description = "The file is a voice message" };
    private readonly Option<bool> _viewOnce = new("--view-once") { Description = "The file may be looked at once" };
    private readonly Option<bool> _markdown = new("--markdown")
    {
        Description = "**bold**, *italic*, ~~struck~~, `fixed width`, ||hidden||",
    };

    private readonly Option<string[]> _style = new("--style")
    {
        Description = "The same by places: 0:5:bold; also italic, strikethrough, monospace, spoiler",
        HelpName = "START:LENGTH:STYLE",
    };

    private readonly Option<string[]> _mention = new("--mention")
    {
        Description = "Somebody whom the text names as @WHO",
        HelpName = "WHO",
    };

    private readonly Option<string?> _sticker = new("--sticker")
    {
        Description = "A sticker: its pack's id and key in hexadecimal, its number; --file is its picture",
        HelpName = "PACK:KEY:NUMBER",
    };

    private readonly Option<string?> _emoji = new("--emoji") { Description = "What the sticker stands for", HelpName = "EMOJI" };
    private readonly Option<string?> _poll = new("--poll") { Description = "Ask; with two --option or more", HelpName = "QUESTION" };
    private readonly Option<string[]> _option = new("--option") { Description = "An answer of the poll", HelpName = "ANSWER" };
    private readonly Option<bool> _multiple = new("--multiple") { Description = "Several answers may be chosen" };
    private readonly Option<string?> _preview = new("--preview")
    {
        Description = "A link in the text that is shown with a title (nothing is fetched)",
        HelpName = "URL",
    };

    private readonly Option<string?> _title = new("--preview-title") { Description = "The link's title", HelpName = "TITLE" };
    private readonly Option<string?> _description = new("--preview-description") { Description = "More about it", HelpName = "TEXT" };

    /// <summary>Adds the argument and the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_text);
        Option[] options =
        [
            _file, _voice, _viewOnce, _markdown, _style, _mention, _sticker, _emoji, _poll, _option, _multiple, _preview, _title,
            _description,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether anything was given to be said.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_text) is not null || parsed.GetValue(_file) is { Length: > 0 }
        || parsed.GetValue(_poll) is not null || parsed.GetValue(_sticker) is not null;

    /// <summary>The draft, but for whom it names; reads standard input where that is asked for.</summary>
    public Draft Read(ParseResult parsed)
    {
        var text = parsed.GetValue(_text) is "-" ? ReadInput() : parsed.GetValue(_text);
        var styles = (IReadOnlyList<(int, int, BodyStyle)>)[.. (parsed.GetValue(_style) ?? []).Select(one => Style(one, text))];
        if (parsed.GetValue(_markdown) && text is not null)
        {
            if (styles.Count > 0)
            {
                throw new UsageException("Give --markdown or --style, not both.");
            }

            (text, styles) = Markup.Parse(text);
        }

        var files = (parsed.GetValue(_file) ?? []).Select(path => File(path, parsed.GetValue(_voice))).ToList();
        var draft = new Draft
        {
            Text = text,
            Styles = styles,
            Files = files,
            IsViewOnce = parsed.GetValue(_viewOnce),
            Poll = Poll(parsed),
            Preview = Preview(parsed, text),
        };
        if (draft.IsViewOnce && files.Count != 1)
        {
            throw new UsageException("--view-once needs one --file.");
        }

        return parsed.GetValue(_sticker) is { } sticker
            ? draft with { Files = [], Sticker = Sticker(sticker, parsed.GetValue(_emoji) ?? "", files) } : draft;
    }

    /// <summary>Puts in whom --mention names.</summary>
    public async Task<Draft> MentionAsync(
        ParseResult parsed, Draft draft, Func<string, CancellationToken, Task<ServiceId>> resolve, CancellationToken cancel)
    {
        foreach (var who in parsed.GetValue(_mention) ?? [])
        {
            draft = Mentions.Put(draft, who, await resolve(who, cancel).ConfigureAwait(false));
        }

        return draft;
    }

    /// <summary>A message's timestamp, by which it is named.</summary>
    public static long Timestamp(string text, string option) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp) && timestamp > 0
            ? timestamp
            : throw new UsageException($"{option} {text}: give a message's timestamp, as `fluister send` and `fluister receive` print it.");

    private static string ReadInput()
    {
        var text = new char[MaximumText + 1];
        var length = Console.In.ReadBlock(text, 0, text.Length);
        if (length > MaximumText)
        {
            throw new UsageException($"Standard input is longer than {MaximumText} characters. Send it as a --file.");
        }

        // The last line's end is the shell's, not the message's.
        var given = new string(text, 0, length).TrimEnd('\n', '\r');
        return given.Length > 0 ? given : throw new UsageException("Standard input is empty; there is nothing to send.");
    }

    private static DraftFile File(string path, bool isVoice) => System.IO.File.Exists(path)
        ? new DraftFile(path, IsVoiceMessage: isVoice)
        : throw new ArchiveException(ArchiveError.NotFound, $"There is no file {path} to send.");

    private static (int Start, int Length, BodyStyle Style) Style(string given, string? text)
    {
        var parts = given.Split(':');
        if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || !Enum.TryParse<BodyStyle>(parts[2], ignoreCase: true, out var style) || char.IsDigit(parts[2][0])
            || style is BodyStyle.None or BodyStyle.Mention)
        {
            throw new UsageException(
                $"--style {given}: write START:LENGTH:STYLE, with a style of bold, italic, strikethrough, monospace or spoiler.");
        }

        return length > 0 && start <= (text?.Length ?? 0) - length
            ? (start, length, style) : throw new UsageException($"--style {given}: the text has {text?.Length ?? 0} characters.");
    }

    private static (string Pack, string PackKey, int Id, string Emoji, DraftFile Picture) Sticker(
        string given, string emoji, List<DraftFile> files)
    {
        var parts = given.Split(':');
        return parts.Length == 3 && files.Count == 1 && IsHex(parts[0], 32) && IsHex(parts[1], 64)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (parts[0], parts[1], id, emoji, files[0])
            : throw new UsageException(
                "--sticker: write PACK:KEY:NUMBER, 32 and 64 hexadecimal digits and a number, and give its picture as --file.");
    }

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigit);

    private (string Question, IReadOnlyList<string> Options, bool AllowsMultiple)? Poll(ParseResult parsed)
    {
        var options = parsed.GetValue(_option) ?? [];
        if (parsed.GetValue(_poll) is not { } question)
        {
            return options.Length == 0 ? null : throw new UsageException("--option is an answer of a --poll.");
        }

        return options.Length >= 2
            ? (question, options, parsed.GetValue(_multiple)) : throw new UsageException("--poll needs two --option or more.");
    }

    private (string Url, string Title, string Description)? Preview(ParseResult parsed, string? text)
    {
        if (parsed.GetValue(_preview) is not { } url)
        {
            return null;
        }

        return text?.Contains(url, StringComparison.Ordinal) == true && parsed.GetValue(_title) is { } title
            ? (url, title, parsed.GetValue(_description) ?? "")
            : throw new UsageException("--preview: the link must stand in the text, and --preview-title must say what it is.");
    }
}
