using Fluister.Client;

namespace Fluister.Cli.Accounts;

/// <summary>What a new account has to do before others can write to it.</summary>
internal static class Settling
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Publishes keys and profile. Where that cannot be done now, the next command that connects does it.</summary>
    public static async Task WaitAsync(AccountClient client, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        client.Connect(receive: false);
        try
        {
            await client.SettledAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is OperationCanceledException or ClientException)
        {
            await Console.Error.WriteLineAsync("fluister: The profile is not published yet; the next command that connects does it.")
                .ConfigureAwait(false);
        }
    }
}
