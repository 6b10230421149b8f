using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;
using Fluister.Cryptography.Kdf;

namespace Fluister.Archive.Accounts;

/// <summary>The 32-byte key of an account's store: drawn once, and kept in config.json under another key that comes from a key file, a
/// passphrase or the Secret Service (docs/spec/store-key.md).</summary>
public static class StoreKey
{
    private const int KeyBytes = 32;

    // RFC 9106, section 4, second recommended option.
    private const int MemoryKiB = 64 * 1024;
    private const int Passes = 3;
    private const int Lanes = 4;

    /// <summary>Draws the key of a new account and writes its config.json.</summary>
    /// <exception cref="ArchiveException">The protection cannot be set up; nothing was written.</exception>
    public static Secret Create(AccountFolder folder, KeyProtection protection) => Create(folder, protection, keyring: null);

    internal static Secret Create(AccountFolder folder, KeyProtection protection, SecretService? keyring)
    {
        if (File.Exists(folder.Config))
        {
            throw new ArchiveException(
                ArchiveError.Denied, $"{folder.Config} is there already: the account has a key. Choose another name.");
        }

        var key = RandomSource.System.Secret(KeyBytes);
        try
        {
            Protect(folder, key, protection, keyring);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>What has to be given to open the key.</summary>
    /// <exception cref="ArchiveException">There is no config.json, or it is damaged.</exception>
    public static KeyProtector ProtectorOf(AccountFolder folder) => StoreKeyConfig.Read(folder).Protector;

    /// <summary>Opens the key.</summary>
    /// <param name="folder">The account.</param>
    /// <param name="given">What the person gave. May be null where it is the Secret Service, or a key file that lies where it was.</param>
    /// <exception cref="ArchiveException">WrongKey: another key file or passphrase, or none was given.</exception>
    public static Secret Open(AccountFolder folder, KeyProtection? given = null) => Open(folder, given, keyring: null);

    internal static Secret Open(AccountFolder folder, KeyProtection? given, SecretService? keyring)
    {
        var config = StoreKeyConfig.Read(folder);
        if (given is not null && given.Protector != config.Protector)
        {
            throw new ArchiveException(ArchiveError.WrongKey,
                $"The key of account \"{folder.Name}\" is protected by {Described(config.Protector)}. Give that instead.");
        }

        using var protector = config.Protector switch
        {
            KeyProtector.KeyFile => ReadKeyFile(given?.Path ?? config.KeyFile ?? throw NotGiven(folder, config, "--key-file FILE")),
            KeyProtector.Passphrase => Stretch(given?.Secret ?? throw NotGiven(folder, config, "--passphrase-file FILE"), config),
            _ => AccountKeyring.Find(config.Item, keyring),
        };
        Span<byte> key = stackalloc byte[KeyBytes];
        try
        {
            using var cipher = Cipher(protector, config.Salt);
            cipher.Decrypt(Nonce, config.Wrapped.AsSpan(0, KeyBytes), config.Wrapped.AsSpan(KeyBytes), key, config.AssociatedData);
            return new Secret(key);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new ArchiveException(ArchiveError.WrongKey,
                $"{Wrong(config.Protector)} does not open account \"{folder.Name}\", or its config.json was changed. "
                    + "Check which one belongs to it.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Protects the key anew, in place of what protected it before.</summary>
    /// <exception cref="ArchiveException">The protection cannot be set up; the earlier one stays.</exception>
    public static void Protect(AccountFolder folder, Secret key, KeyProtection protection) =>
        Protect(folder, key, protection, keyring: null);

    private static void Protect(AccountFolder folder, Secret key, KeyProtection protection, SecretService? keyring)
    {
        var config = new StoreKeyConfig
        {
            Protector = protection.Protector,
            Salt = RandomNumberGenerator.GetBytes(StoreKeyConfig.SaltBytes),
            KeyFile = protection.Path,
        };
        config = protection.Protector switch
        {
            KeyProtector.Passphrase => config with { MemoryKiB = MemoryKiB, Passes = Passes, Lanes = Lanes },
            KeyProtector.SecretService => config with
            {
                Item = RandomNumberGenerator.GetHexString(StoreKeyConfig.ItemDigits, lowercase: true),
            },
            _ => config,
        };
        using var protector = protection.Protector switch
        {
            KeyProtector.KeyFile => File.Exists(protection.Path!) ? ReadKeyFile(protection.Path!) : MakeKeyFile(protection.Path!),
            KeyProtector.Passphrase => Stretch(protection.Secret!, config),
            _ => AccountKeyring.Make(config.Item, folder.Name, keyring),
        };
        var wrapped = new byte[StoreKeyConfig.WrappedBytes];
        using (var cipher = Cipher(protector, config.Salt))
        {
            cipher.Encrypt(Nonce, key.Reveal(), wrapped.AsSpan(0, KeyBytes), wrapped.AsSpan(KeyBytes), config.AssociatedData);
        }

        PrivateFiles.Replace(folder.Config, (config with { Wrapped = wrapped }).Write());
    }

    /// <summary>Writes the key itself as 64 hexadecimal digits, for other programs that read such stores (sigtop -k).</summary>
    /// <exception cref="ArchiveException">Something is at the path already, or it cannot be written.</exception>
    public static void Export(Secret key, string path) => WriteDigits(key, path);

    /// <summary>The key of a wrapping belongs to its salt alone, and so encrypts once: its nonce may be zero.</summary>
    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static AesGcm Cipher(Secret protector, byte[] salt)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, protector.Reveal(), key, salt, "Fluister store key: wrapping"u8);
        var cipher = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private static Secret Stretch(Secret passphrase, StoreKeyConfig config)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Argon2id.Derive(passphrase.Reveal(), config.Salt, config.MemoryKiB, config.Passes, config.Lanes, key);
        var secret = new Secret(key);
        CryptographicOperations.ZeroMemory(key);
        return secret;
    }

    private static Secret ReadKeyFile(string path) => ProfileKey.ReadKeyFile(path);

    private static Secret MakeKeyFile(string path)
    {
        var key = RandomSource.System.Secret(KeyBytes);
        WriteDigits(key, path);
        return key;
    }

    private static void WriteDigits(Secret key, string path)
    {
        Span<byte> line = stackalloc byte[(2 * KeyBytes) + 1];
        try
        {
            Convert.TryToHexStringLower(key.Reveal(), line, out _);
            line[^1] = (byte)'\n';
            using var file = new FileStream(path, PrivateFiles.New(FileShare.None));
            file.Write(line);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} cannot be made: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }

    private static string Described(KeyProtector protector) => protector switch
    {
        KeyProtector.KeyFile => "a key file (--key-file)",
        KeyProtector.Passphrase => "a passphrase (--passphrase-file)",
        _ => "this computer's keyring",
    };

    private static string Wrong(KeyProtector protector) => protector switch
    {
        KeyProtector.KeyFile => "The key file",
        KeyProtector.Passphrase => "The passphrase",
        _ => "The keyring's secret",
    };

    private static ArchiveException NotGiven(AccountFolder folder, StoreKeyConfig config, string option) => new(
        ArchiveError.WrongKey,
        $"The key of account \"{folder.Name}\" is protected by {Described(config.Protector)}. Give it with {option}.");
}
