using Fluister.Client;

namespace Fluister.Cli.Accounts;

/// <summary>An account that this process has open.</summary>
/// <param name="Name">Its name on this computer.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Client">The account itself.</param>
internal sealed record OpenedAccount(string Name, string Folder, AccountClient Client);
