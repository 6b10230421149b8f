using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Commands;

/// <summary>fluister receive</summary>
internal sealed class ReceiveCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AccountOptions _account = new();
    private readonly Option<bool> _follow = new("--follow") { Description = "Stay connected, until Ctrl-C" };
    private readonly Option<int?> _timeout = new("--timeout") { Description = "End after so many seconds at the latest", HelpName = "S" };
    private readonly Option<string?> _attachments = new("--attachments")
    {
        Description = "Write the files that come into this folder, in plain text",
        HelpName = "DIR",
    };

    private readonly Option<bool> _read = new("--read") { Description = "What was printed counts as read; tell its senders" };
    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var receive = new ReceiveCommand();
        var command = new Command("receive", """
            Receive what waits at the home server, and print one thing that happened a line

              fluister receive
              fluister receive --follow --json | jq -r '.envelope.dataMessage.message // empty'      signal-cli's words
              fluister receive --timeout 30 --attachments ~/Pictures
            """) { receive._follow, receive._timeout, receive._attachments, receive._read, receive._json };
        receive._account.AddTo(command);
        command.SetAction(async (parsed, _) => await receive.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var given = parsed.GetValue(_timeout);
        if (given < 1)
        {
            throw new UsageException($"--timeout {given}: 1 second or more.");
        }

        var isFollowing = parsed.GetValue(_follow);
        var files = parsed.GetValue(_attachments) is { } folder ? new IncomingFiles(folder) : null;
        var client = _account.Open(parsed);
        await using (client.ConfigureAwait(false))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (given is not null)
            {
                limit.CancelAfter(TimeSpan.FromSeconds(given.Value));
            }

            using var output = new EventOutput(client, parsed.GetValue(_json) ? null : EventText.For(client));
            client.Connect(receive: true);
            var end = await TakeAsync(client, output, files, parsed, limit.Token).ConfigureAwait(false);
            if (cancel.IsCancellationRequested)
            {
                return isFollowing ? ExitCode.Done : throw new OperationCanceledException(cancel);
            }

            return end;
        }
    }

    /// <summary>Takes what comes until there is no more, the time is over or the person ends it.</summary>
    private async Task<int> TakeAsync(
        AccountClient client, EventOutput output, IncomingFiles? files, ParseResult parsed, CancellationToken limit)
    {
        var (isFollowing, isPatient) = (parsed.GetValue(_follow), parsed.GetValue(_timeout) is not null);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(limit);
        using var progress = new ByteProgress();
        var introductions = new Introductions(client);
        ClientException? lost = null;
        Task? ending = null;
        try
        {
            await foreach (var happened in client.Events.ReadAllAsync(all.Token).ConfigureAwait(false))
            {
                await TakeAsync(happened).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (all.IsCancellationRequested)
        {
            // Everything is here; or the time is over, or the person has ended it.
        }

        while (client.Events.TryRead(out var late))
        {
            await TakeAsync(late).ConfigureAwait(false);
        }

        await (ending ?? Task.CompletedTask).ConfigureAwait(false);
        return lost is not null && !isFollowing ? ExitCode.Unreachable : ExitCode.Done;

        async Task TakeAsync(ClientEvent happened)
        {
            await introductions.MakeAsync(happened, limit).ConfigureAwait(false);
            output.Write(happened);
            switch (happened)
            {
                case ContentReceived { MessageId: not null, Content.ContentCase: Content.ContentOneofCase.DataMessage } message
                    when parsed.GetValue(_read) && message.Sender != client.Self.Aci:
                    await client.MarkReadAsync(message.Sender, message.Timestamp, limit).ConfigureAwait(false);
                    break;
                case QueueEmpty:
                    lost = null;
                    ending ??= isFollowing ? null : EndAsync();
                    break;
                case ConnectionChanged { Cause: { } cause }:
                    lost = await ToldAsync(cause, isFollowing || isPatient).ConfigureAwait(false);
                    break;
                case TransferProgress { IsUpload: false } transfer:
                    progress.Report(transfer.Done, transfer.Total);
                    break;
            }

            try
            {
                if (files is not null && await files.TakeAsync(happened, client, cancel: default).ConfigureAwait(false) is { } path)
                {
                    await Console.Error.WriteLineAsync($"Written: {Terminal.Clean(path)}").ConfigureAwait(false);
                }
            }
            catch (ClientException gone) when (gone.Error == ClientError.NotFound)
            {
                // Its sender has deleted the message meanwhile, or it has disappeared.
                await Console.Error.WriteLineAsync("fluister: A file is gone with its message.").ConfigureAwait(false);
            }
        }

        // The files that belong to what came, and the receipts for it: something else in the outbox may wait for an hour.
        async Task EndAsync()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit);
            try
            {
                await client.AttachmentsFetchedAsync(limit).ConfigureAwait(false);
                patience.CancelAfter(Patience);
                await client.SentAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                // What is missing comes with the next command that connects.
            }
            finally
            {
                await all.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells why the home server cannot be had; goes on only where waiting may help and somebody wants to wait.</summary>
    private static async Task<ClientException> ToldAsync(ClientException cause, bool isPatient)
    {
        // After Unlinked, InUse and Refused nothing connects any more.
        if (!isPatient || cause.Error is ClientError.Unlinked or ClientError.UntrustedServer or ClientError.InUse or ClientError.Refused)
        {
            throw cause;
        }

        await Console.Error.WriteLineAsync($"fluister: {Terminal.Clean(cause.Message)}").ConfigureAwait(false);
        return cause;
    }
}
