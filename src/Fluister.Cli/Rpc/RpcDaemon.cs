using System.IO.Pipelines;
using Fluister.Client;

namespace Fluister.Cli.Rpc;

/// <summary>Everything that the daemon does: it holds accounts, and serves programs on sockets and on standard input and output.</summary>
internal static class RpcDaemon
{
    /// <summary>Serves until cancelled, or until standard input ends where that is served.</summary>
    /// <param name="accounts">The accounts, connected.</param>
    /// <param name="tellsAll">Whether every connection is told of what is received without asking.</param>
    /// <param name="sockets">Sockets, and for which account each is; null for all.</param>
    /// <param name="standard">Standard input and output; null where they are not served.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task RunAsync(
        IReadOnlyList<HeldAccount> accounts, bool tellsAll, IReadOnlyList<(RpcListener Listener, HeldAccount? Account)> sockets,
        (Stream Input, Stream Output)? standard, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var service = new RpcService(accounts, tellsAll);
        var work = new List<Task>();
        work.AddRange(accounts.Select(account => HoldAsync(account, accounts.Count == 1, end.Token)));
        work.AddRange(sockets.Select(socket => socket.Listener.RunAsync(service, socket.Account, end.Token)));
        if (standard is { } streams)
        {
            work.Add(ServeAsync(service, accounts.Count == 1 ? accounts[0] : null, streams.Input, streams.Output, end.Token));
        }

        // Whichever ends first ends all: standard input, an account that was closed, or the person.
        var first = await Task.WhenAny([.. work, Task.Delay(Timeout.Infinite, end.Token)]);
        await end.CancelAsync();
        foreach (var one in work)
        {
            await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (first.IsFaulted)
        {
            await first;
        }
    }

    /// <summary>An account that cannot be connected any more ends the daemon where there is no other; else the others go on.</summary>
    private static async Task HoldAsync(HeldAccount account, bool isOnly, CancellationToken cancel)
    {
        try
        {
            await account.RunAsync(cancel);
        }
        catch (ClientException ended) when (!isOnly)
        {
            await Console.Error.WriteLineAsync($"fluister: {Terminal.Clean($"{account.Name}: {ended.Message}")}");
            await Task.Delay(Timeout.Infinite, cancel);
        }
    }

    private static async Task ServeAsync(RpcService service, HeldAccount? own, Stream input, Stream output, CancellationToken cancel)
    {
        // Reading standard input cannot be broken off; reading a pipe can.
        var pipe = new Pipe();
        _ = CopyAsync(input, pipe.Writer);
        using var lines = new RpcOutput(output);
        using var connection = new RpcConnection(service, own, lines);
        await using var read = pipe.Reader.AsStream();
        await connection.RunAsync(read, cancel);
    }

    private static async Task CopyAsync(Stream input, PipeWriter to)
    {
        try
        {
            // On another thread: the first read may block at once.
            await Task.Run(() => input.CopyToAsync(to, CancellationToken.None));
        }
        catch (IOException)
        {
            // As if it had ended.
        }

        await to.CompleteAsync();
    }
}
