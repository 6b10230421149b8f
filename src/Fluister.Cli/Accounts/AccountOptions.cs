using System.CommandLine;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Cryptography;

namespace Fluister.Cli.Accounts;

/// <summary>The options that say which account is meant and how its store is opened.</summary>
internal sealed class AccountOptions
{
    private readonly Option<string?> _account = new("--account", "-a")
    {
        Description = "Which account on this computer. Default: the only one",
        HelpName = "NAME",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "The account's key file, where it lies elsewhere than before",
        HelpName = "FILE",
    };

    private readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        Description = "File with the account's passphrase; '-' asks for it. A terminal is asked where one is needed",
        HelpName = "FILE",
    };

    /// <summary>The accounts on this computer, by name.</summary>
    public static IReadOnlyList<AccountFolder> All() => AccountFolder.List();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_account);
        command.Add(_keyFile);
        command.Add(_passphraseFile);
    }

    /// <summary>The account that is meant.</summary>
    /// <exception cref="UsageException">There are several, and none is named.</exception>
    public AccountFolder Choose(ParseResult parsed)
    {
        if (parsed.GetValue(_account) is { } name)
        {
            return AccountFolder.Find(name);
        }

        var all = All();
        return all.Count > 1
            ? throw new UsageException("There are several accounts on this computer. Choose one with --account: "
                + $"{string.Join(", ", all.Select(folder => folder.Name))}.")
            : all.Count == 1 ? all[0] : AccountFolder.Find("");
    }

    /// <summary>Opens the key of an account's store.</summary>
    public Secret OpenKey(ParseResult parsed, AccountFolder folder) =>
        AccountKey.Open(folder, parsed.GetValue(_keyFile), parsed.GetValue(_passphraseFile));

    /// <summary>Opens the account that is meant, for this process alone.</summary>
    public AccountClient Open(ParseResult parsed) => OpenNamed(parsed).Client;

    /// <summary>Opens the account that is meant, for this process alone, and tells where it lies.</summary>
    public OpenedAccount OpenNamed(ParseResult parsed) => Open(parsed, Choose(parsed));

    /// <summary>Opens the account that is meant; all accounts of this computer where none is named.</summary>
    public IReadOnlyList<OpenedAccount> OpenAll(ParseResult parsed)
    {
        if (parsed.GetValue(_account) is not null || All() is not { Count: > 1 } all)
        {
            return [OpenNamed(parsed)];
        }

        var opened = new List<OpenedAccount>();
        try
        {
            foreach (var folder in all)
            {
                opened.Add(Open(parsed, folder));
            }
        }
        catch
        {
            // Nothing has begun yet in any of them that would have to be waited for.
            opened.ForEach(account => _ = account.Client.DisposeAsync().AsTask());
            throw;
        }

        return opened;
    }

    /// <summary>Opens the account, does something with it, and closes it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="work">Gives the exit code.</param>
    /// <param name="isOnline">Whether it needs the home server.</param>
    public async Task<int> UseAsync(ParseResult parsed, Func<AccountClient, Task<int>> work, bool isOnline = true)
    {
        var client = Open(parsed);
        await using (client.ConfigureAwait(false))
        {
            if (isOnline)
            {
                client.Connect(receive: false);
            }

            var code = await (isOnline ? OnlineWork.RunAsync(client, work) : work(client)).ConfigureAwait(false);
            if (isOnline)
            {
                await Departure.RestAsync(client).ConfigureAwait(false);
            }

            return code;
        }
    }

    private OpenedAccount Open(ParseResult parsed, AccountFolder folder)
    {
        using var key = OpenKey(parsed, folder);
        try
        {
            return new OpenedAccount(folder.Name, folder.Path, AccountClient.Open(folder.Path, key));
        }
        catch (ClientException e) when (e.Error == ClientError.InUse)
        {
            throw new ClientException(ClientError.InUse, File.Exists(folder.Socket)
                ? $"The daemon has account \"{folder.Name}\" open. End it, or ask it: docs/spec/json-rpc.md tells how."
                : $"Another program has account \"{folder.Name}\" open: a command that has not ended. Wait for it, or end it.", e);
        }
    }
}
