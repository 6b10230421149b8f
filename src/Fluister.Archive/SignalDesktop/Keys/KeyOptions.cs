using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>What the person gave to find a profile's key with. The caller owns the secrets.</summary>
public sealed record KeyOptions
{
    /// <summary>The store's key itself, 32 bytes; then nothing else is tried.</summary>
    public Secret? Key { get; init; }

    /// <summary>
    /// The secret that protects encryptedKey, for a profile from another computer: the keyring or keychain password of Signal's entry,
    /// the Secret portal's secret, or the 32 bytes of Windows' os_crypt key.
    /// </summary>
    public Secret? KeyringPassword { get; init; }

    /// <summary>Ask this computer's keyring where one is needed.</summary>
    public bool UseKeyring { get; init; } = true;
}
