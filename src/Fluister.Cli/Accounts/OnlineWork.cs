using Fluister.Client;

namespace Fluister.Cli.Accounts;

/// <summary>Work that needs the home server, for a person who waits for it.</summary>
internal static class OnlineWork
{
    // An answer that came just before the connection ended, as that of an account's deletion does, is on its way.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Does it; where the home server cannot be had meanwhile, that is the end, for requests would wait until it can.</summary>
    /// <param name="client">Connected; its events are read, and not told.</param>
    /// <param name="work">Gives the exit code.</param>
    /// <exception cref="ClientException">What the work throws; why the home server cannot be had.</exception>
    public static async Task<int> RunAsync(AccountClient client, Func<AccountClient, Task<int>> work)
    {
        using var over = new CancellationTokenSource();
        var working = work(client);
        var losing = LossAsync(client, over.Token);
        if (await Task.WhenAny(working, losing).ConfigureAwait(false) == losing
            && await losing.ConfigureAwait(false) is { } cause
            && await Task.WhenAny(working, Task.Delay(Grace, over.Token)).ConfigureAwait(false) != working)
        {
            throw cause;
        }

        await over.CancelAsync().ConfigureAwait(false);
        return await working.ConfigureAwait(false);
    }

    private static async Task<ClientException?> LossAsync(AccountClient client, CancellationToken over)
    {
        try
        {
            await foreach (var happened in client.Events.ReadAllAsync(over).ConfigureAwait(false))
            {
                if (happened is ConnectionChanged { Cause: { } cause })
                {
                    return cause;
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It is done.
        }

        return null;
    }
}
