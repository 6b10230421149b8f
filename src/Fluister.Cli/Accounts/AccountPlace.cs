using Fluister.Archive.Accounts;
using Fluister.Cryptography;

namespace Fluister.Cli.Accounts;

/// <summary>Where a new account is to be: its folder, and its store's key.</summary>
internal sealed class AccountPlace(AccountFolder folder, Secret key, bool isNew) : IDisposable
{
    /// <summary>The account's name on this computer.</summary>
    public string Name => folder.Name;

    /// <summary>Its folder.</summary>
    public string Folder => folder.Path;

    /// <summary>The store's key.</summary>
    public Secret Key => key;

    /// <summary>How the key is found, for a person.</summary>
    public string KeyIs => StoreKey.ProtectorOf(folder) switch
    {
        KeyProtector.KeyFile => "the key file opens it, and nothing else does: keep a copy elsewhere",
        KeyProtector.Passphrase => "the passphrase opens it, and nothing else does",
        _ => "its key is in this session's keyring",
    };

    /// <summary>Takes the folder away again, where this run made it and nothing came of it.</summary>
    public void TakeBack()
    {
        if (isNew)
        {
            folder.Delete();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
