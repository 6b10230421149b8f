using Fluister.Cli.Commands;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>The way of a message from the outbox to the home server.</summary>
internal static class Departure
{
    private static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(5);

    /// <summary>Gives a little time to what follows from what was done: what our other devices are told, the profile, the lists that the
    /// home server keeps for us. What is not done then is done by the next command that connects.</summary>
    public static async Task RestAsync(AccountClient client)
    {
        using var limit = new CancellationTokenSource(RestPatience);
        try
        {
            await client.SettledAsync(limit.Token).ConfigureAwait(false);
            await client.SentAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ClientException or OperationCanceledException)
        {
            // Nothing is lost, and what was asked for is done.
        }
    }

    /// <summary>Waits until it has left, and shows how far its files are. False where the patience is over first: it stays in the outbox,
    /// and standard error tells.</summary>
    /// <exception cref="ClientException">It was given up; or this device can no longer send at all.</exception>
    public static async Task<bool> WaitAsync(
        AccountClient client, ServiceId to, long timestamp, CancellationToken patience, CancellationToken cancel)
    {
        ClientException? last = null;
        using var progress = new ByteProgress();
        try
        {
            await foreach (var happened in client.Events.ReadAllAsync(patience).ConfigureAwait(false))
            {
                switch (happened)
                {
                    case MessageSent sent when sent.Timestamp == timestamp && sent.Recipient == to:
                        await RestAsync(client).ConfigureAwait(false);
                        return true;
                    case SendFailed failed when failed.Timestamp == timestamp && failed.Recipient == to:
                        throw failed.Cause;
                    case ConnectionChanged { Cause: { Error: ClientError.Unlinked or ClientError.UntrustedServer } cause }:
                        throw cause;
                    case ConnectionChanged { Cause: { } cause }:
                        last = cause;
                        break;
                    case SendHeld held when held.Timestamp == timestamp && held.Recipient == to:
                        last = held.Cause;
                        break;
                    case TransferProgress { IsUpload: true } transfer:
                        progress.Report(transfer.Done, transfer.Total);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The patience is over, not the person's.
        }

        await Console.Error.WriteLineAsync("fluister: It is kept, and leaves with the next command that connects."
            + (last is null ? "" : $" {Terminal.Clean(last.Message)}")).ConfigureAwait(false);
        return false;
    }
}
