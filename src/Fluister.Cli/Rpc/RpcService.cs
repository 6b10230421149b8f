namespace Fluister.Cli.Rpc;

/// <summary>The accounts that are served, and whether programs are told of what comes without asking.</summary>
/// <param name="accounts">The accounts.</param>
/// <param name="tellsAll">signal-cli's receive mode on-start: every connection is told of everything from its beginning on.</param>
internal sealed class RpcService(IReadOnlyList<HeldAccount> accounts, bool tellsAll)
{
    /// <summary>The accounts.</summary>
    public IReadOnlyList<HeldAccount> Accounts => accounts;

    /// <summary>The account that a text names; null where there is none.</summary>
    public HeldAccount? Find(string text) => accounts.FirstOrDefault(account => account.Is(text));

    /// <summary>A connection has come.</summary>
    public void Begin(RpcConnection connection)
    {
        if (tellsAll)
        {
            foreach (var account in connection.Own is { } own ? [own] : accounts)
            {
                connection.Subscriptions.Add(account, isNumbered: false);
            }
        }
    }
}
