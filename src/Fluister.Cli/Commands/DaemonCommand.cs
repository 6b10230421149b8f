using System.CommandLine;
using Fluister.Archive.Accounts;
using Fluister.Cli.Accounts;
using Fluister.Cli.Rpc;

namespace Fluister.Cli.Commands;

/// <summary>fluister daemon</summary>
internal sealed class DaemonCommand
{
    private readonly AccountOptions _account = new();
    private readonly Option<bool> _all = new("--all") { Description = "Serve every account on this computer" };
    private readonly Option<string?> _socket = new("--socket")
    {
        Description =
            "Where to listen, instead of rpc.sock in the account's folder (with --all: in the home folder, and in each account's)",
        HelpName = "PATH",
    };

    private readonly Option<bool> _stdio = new("--stdio") { Description = "Serve standard input and output too; end when input ends" };
    private readonly Option<string> _mode = new("--receive-mode")
    {
        Description = "on-start: every program is told of everything that is received; manual: who calls subscribeReceive",
        HelpName = "MODE",
        DefaultValueFactory = _ => "on-start",
    };

    public static Command Create(CancellationToken cancel)
    {
        var daemon = new DaemonCommand();
        var command = new Command("daemon", """
            Stay connected, and let programs send and receive: JSON-RPC 2.0 on a Unix socket, in signal-cli's words

              fluister daemon
              fluister daemon --stdio --receive-mode manual
              echo '{"jsonrpc":"2.0","method":"send","params":{"recipient":"ben.01","message":"hi"},"id":1}' | nc -UN rpc.sock
            """) { daemon._all, daemon._socket, daemon._stdio, daemon._mode };
        daemon._account.AddTo(command);
        command.SetAction(async (parsed, _) => await daemon.RunAsync(parsed, cancel));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var tellsAll = parsed.GetValue(_mode) switch
        {
            "on-start" => true,
            "manual" => false,
            var other => throw new UsageException($"--receive-mode {other}: on-start or manual."),
        };
        var isForAll = parsed.GetValue(_all);
        var opened = isForAll ? _account.OpenAll(parsed) : [_account.OpenNamed(parsed)];
        var listeners = new List<(RpcListener Listener, HeldAccount? Account)>();
        try
        {
            var accounts = opened.Select(one => new HeldAccount(one.Name, one.Client)).ToList();
            listeners.AddRange(Listen(opened, accounts, parsed.GetValue(_socket), isForAll));
            foreach (var one in opened)
            {
                one.Client.Connect(receive: true);
            }


            foreach (var (listener, _) in listeners)
            {
                await Console.Error.WriteLineAsync($"Listening at {Terminal.Clean(listener.Path)}");
            }

            (Stream, Stream)? standard = parsed.GetValue(_stdio) ? (Console.OpenStandardInput(), Console.OpenStandardOutput()) : null;
            await RpcDaemon.RunAsync(accounts, tellsAll, listeners, standard, cancel);
            return ExitCode.Done;
        }
        finally
        {
            listeners.ForEach(one => one.Listener.Dispose());
            foreach (var one in opened)
            {
                await one.Client.DisposeAsync();
            }
        }
    }

    private static IEnumerable<(RpcListener Listener, HeldAccount? Account)> Listen(
        IReadOnlyList<OpenedAccount> opened, List<HeldAccount> accounts, string? path, bool isForAll)
    {
        if (isForAll)
        {
            yield return (RpcListener.Open(path ?? Path.Combine(AccountFolder.DefaultHome(), RpcListener.FileName)), null);
        }

        for (var index = 0; index < opened.Count; index++)
        {
            var own = !isForAll && path is not null ? path : AccountFolder.At(opened[index].Folder).Socket;
            yield return (RpcListener.Open(own), accounts[index]);
        }
    }
}
