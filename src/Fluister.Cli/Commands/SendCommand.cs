using System.CommandLine;
using System.Globalization;
using Fluister.Cli.Accounts;
using Fluister.Cli.Rpc;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Commands;

/// <summary>fluister send</summary>
internal sealed class SendCommand
{
    private readonly AccountOptions _account = new();
    private readonly DraftOptions _draft = new();
    private readonly Argument<string> _recipient = new("RECIPIENT")
    {
        Description = "A contact's name, an id, a username (anna.42, or anna.42@chat.example.org of another home server) or its link; "
            + "'self' for yourself",
    };

    private readonly Option<string?> _replyTo = Target("--reply-to", "Answer a message", "--quote");
    private readonly Option<string?> _edit = Target("--edit", "Put TEXT in the place of a message of yours");
    private readonly Option<string?> _delete = Target("--delete", "Delete a message of yours for everyone");
    private readonly Option<string?> _react = new("--react") { Description = "React to --to-message with an emoji", HelpName = "EMOJI" };
    private readonly Option<bool> _remove = new("--remove") { Description = "Take the reaction back" };
    private readonly Option<int[]> _vote = new("--vote")
    {
        Description = "Choose an answer of the poll --to-message; may be given several times; 0 takes the vote back",
        HelpName = "N",
    };

    private readonly Option<string?> _to = Target("--to-message", "The message that --react or --vote means");
    private readonly Option<string?> _author = new("--author")
    {
        Description = "Whose message --reply-to or --to-message means; 'self' for yours. Default: RECIPIENT's",
        HelpName = "WHO",
    };

    private readonly Option<string?> _expire = new("--expire")
    {
        Description = "From now on messages of the conversation disappear this long after they were read: 30s, 8h, 4w, off",
        HelpName = "TIME",
    };

    private readonly Option<bool> _noWait = new("--no-wait")
    {
        Description = "Do not wait until it is at the home server; it leaves with the next command that connects",
    };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Wait at most so many seconds; what is not at the home server then leaves later",
        HelpName = "S",
        DefaultValueFactory = _ => 60,
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var send = new SendCommand();
        var command = new Command("send", """
            Send a message, and print its timestamp, by which other commands name it

              fluister send Anna "Are you there?"
              fluister send anna.42 --markdown "**Tomorrow** at *eight*" --file map.png
              date | fluister send Anna -                                     what another program says
              fluister send Anna --reply-to 1792694205123 "Yes!"
              fluister send Anna --react 👍 --to-message 1792694205123
              fluister send Anna --edit 1792694207004 "Tomorrow at nine"      within a day
              fluister send Anna --delete 1792694207004                       for everyone
              fluister send Anna --poll "When?" --option today --option tomorrow
              fluister send self "Milk, bread"                                a note to yourself
            """) { send._recipient };
        send._draft.AddTo(command);
        Option[] options =
        [
            send._replyTo, send._edit, send._delete, send._react, send._remove, send._vote, send._to, send._author, send._expire,
            send._noWait, send._timeout, send._json,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }

        send._account.AddTo(command);
        command.SetAction(async (parsed, _) => await send.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private static Option<string?> Target(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = "TIMESTAMP" };

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        Check(parsed);
        var errand = new Errand
        {
            Draft = _draft.IsGiven(parsed) ? _draft.Read(parsed) : null,
            ReplyTo = Timestamp(parsed, _replyTo),
            Edit = Timestamp(parsed, _edit),
            Delete = Timestamp(parsed, _delete),
            Target = Timestamp(parsed, _to),
            Emoji = parsed.GetValue(_react),
            Remove = parsed.GetValue(_remove),
            Vote = parsed.GetValue(_vote) is { Length: > 0 } chosen ? [.. chosen.Where(one => one > 0).Select(one => one - 1)] : null,
            Expire = parsed.GetValue(_expire) is { } span ? Duration.Seconds(span, "--expire") : null,
        };
        var patience = parsed.GetValue(_timeout);
        if (patience < 1)
        {
            throw new UsageException("--timeout: 1 second or more.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(patience));
        try
        {
            return await SendAsync(parsed, errand, limit.Token, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ClientException(
                ClientError.Unreachable,
                $"There was no answer in {patience} seconds, and it is not known whether it was sent; the history tells. Can the home "
                + "server be reached? --timeout waits longer.");
        }
    }

    private async Task<int> SendAsync(ParseResult parsed, Errand errand, CancellationToken limit, CancellationToken cancel)
    {
        if (await RpcClient.TryConnectAsync(_account.Choose(parsed).Path, null, cancel).ConfigureAwait(false) is { } daemon)
        {
            await using (daemon.ConfigureAwait(false))
            {
                return await ForwardAsync(parsed, errand, new ForwardedErrand(daemon), limit).ConfigureAwait(false);
            }
        }

        var client = _account.Open(parsed);
        await using (client.ConfigureAwait(false))
        {
            client.Connect(receive: false);
            var (whole, to, author) = await ResolveAsync(parsed, errand, client.ResolveAsync, limit).ConfigureAwait(false);
            var sent = await whole.DoAsync(client, to, author, cancel).ConfigureAwait(false);
            var isSent = parsed.GetValue(_noWait)
                || await Departure.WaitAsync(client, to, sent.Timestamp, limit, cancel).ConfigureAwait(false);
            Print(sent, to.ToString(), parsed.GetValue(_json), isSent && !parsed.GetValue(_noWait));
            return isSent ? ExitCode.Done : ExitCode.Unreachable;
        }
    }

    /// <summary>A daemon has the account open: it does the work.</summary>
    private async Task<int> ForwardAsync(ParseResult parsed, Errand errand, ForwardedErrand daemon, CancellationToken limit)
    {
        var (whole, to, author) = await ResolveAsync(parsed, errand, daemon.ResolveAsync, limit).ConfigureAwait(false);
        var (timestamp, isSent) = await daemon.DoAsync(whole, to, author, limit).ConfigureAwait(false);
        Print((timestamp, null), to.ToString(), parsed.GetValue(_json), isSent);
        return isSent || parsed.GetValue(_noWait) ? ExitCode.Done : ExitCode.Unreachable;
    }

    private async Task<(Errand Errand, ServiceId To, ServiceId Author)> ResolveAsync(
        ParseResult parsed, Errand errand, Func<string, CancellationToken, Task<ServiceId>> resolve, CancellationToken cancel)
    {
        var to = await resolve(parsed.GetRequiredValue(_recipient), cancel).ConfigureAwait(false);
        var author = parsed.GetValue(_author) is { } who ? await resolve(who, cancel).ConfigureAwait(false) : to;
        return (errand.Draft is not { } draft ? errand
            : errand with { Draft = await _draft.MentionAsync(parsed, draft, resolve, cancel).ConfigureAwait(false) }, to, author);
    }

    private void Check(ParseResult parsed)
    {
        bool[] others =
        [
            parsed.GetValue(_delete) is not null, parsed.GetValue(_react) is not null, parsed.GetValue(_vote) is { Length: > 0 },
        ];
        var isDraft = _draft.IsGiven(parsed);
        var count = others.Count(one => one) + (isDraft ? 1 : 0);
        if (!isDraft && (parsed.GetValue(_edit) ?? parsed.GetValue(_replyTo)) is not null)
        {
            throw new UsageException("--edit and --reply-to go with TEXT.");
        }

        if (count == 0 && parsed.GetValue(_expire) is null)
        {
            throw new UsageException(
                "There is nothing to send: give TEXT, '-' for standard input, or --file. `fluister send --help` tells more.");
        }

        if (count > 1)
        {
            throw new UsageException("One thing at a time: a message, --react, --vote or --delete.");
        }

        if ((parsed.GetValue(_react) is not null || parsed.GetValue(_vote) is { Length: > 0 }) != parsed.GetValue(_to) is not null)
        {
            throw new UsageException("--react and --vote go with --to-message TIMESTAMP.");
        }
    }

    private static long? Timestamp(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } text ? DraftOptions.Timestamp(text, option.Name) : null;

    // signal-cli's words where it has them.
    private static void Print((long Timestamp, string? MessageId) sent, string recipient, bool isJson, bool isSent)
    {
        if (!isJson)
        {
            Console.WriteLine(sent.Timestamp.ToString(CultureInfo.InvariantCulture));
            return;
        }

        JsonOutput.Lines([sent], (writer, it) =>
        {
            writer.WriteNumber("timestamp", it.Timestamp);
            if (it.MessageId is not null)
            {
                writer.WriteString("messageId", it.MessageId);
            }

            writer.WriteStartArray("results");
            writer.WriteStartObject();
            writer.WriteStartObject("recipientAddress");
            writer.WriteString("uuid", recipient);
            writer.WriteEndObject();
            writer.WriteString("type", isSent ? "SUCCESS" : "QUEUED");
            writer.WriteEndObject();
            writer.WriteEndArray();
        });
    }
}
