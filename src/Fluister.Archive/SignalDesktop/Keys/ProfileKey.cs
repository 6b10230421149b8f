using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>The 32-byte key of a Signal Desktop profile's store.</summary>
public sealed class ProfileKey
{
    private const int KeyLength = 32;
    private const int MaxKeyFileLength = 64 * 1024;

    private readonly string _profileFolder;
    private readonly KeyOptions _options;
    private readonly Func<Secret, bool> _verify;
    private readonly Func<string?, IReadOnlyList<Keyring>> _keyrings;
    private readonly List<string> _failures = [];

    private ProfileKey(
        string profileFolder, KeyOptions options, Func<Secret, bool> verify, Func<string?, IReadOnlyList<Keyring>> keyrings) =>
        (_profileFolder, _options, _verify, _keyrings) = (profileFolder, options, verify, keyrings);

    /// <summary>Tries every key that this computer and <paramref name="options"/> can give, in order; returns the one that fits.</summary>
    /// <param name="profileFolder">Folder with config.json.</param>
    /// <param name="options">What the person gave.</param>
    /// <param name="verify">True where the key authenticates page 1 of the store.</param>
    /// <exception cref="ArchiveException">No key fits (the message lists what was tried and why each failed), or config.json is not
    /// there or damaged.</exception>
    public static Secret Find(string profileFolder, KeyOptions options, Func<Secret, bool> verify) =>
        Find(profileFolder, options, verify, Keyring.OfThisComputer);

    internal static Secret Find(
        string profileFolder, KeyOptions options, Func<Secret, bool> verify, Func<string?, IReadOnlyList<Keyring>> keyrings) =>
        new ProfileKey(profileFolder, options, verify, keyrings).Find();

    /// <summary>A key as a file holds it: 32 raw bytes, or 64 hexadecimal digits, also as 0x... or x'...', with blanks around.</summary>
    /// <exception cref="ArchiveException">It is neither.</exception>
    public static Secret ParseKeyFile(ReadOnlySpan<byte> content) => TryParseKey(content) ?? throw new ArchiveException(
        ArchiveError.WrongKey,
        $"The key file holds neither {KeyLength} bytes nor {2 * KeyLength} hexadecimal digits.");

    /// <summary>Reads the key that a person gives for a profile.</summary>
    /// <exception cref="ArchiveException">There is no such file, or it holds no key.</exception>
    public static Secret ReadKeyFile(string path)
    {
        using var content = BoundedFile.Read(path, MaxKeyFileLength);
        return TryParseKey(content.Reveal()) ?? throw new ArchiveException(
            ArchiveError.WrongKey,
            $"{path} holds neither {KeyLength} bytes nor {2 * KeyLength} hexadecimal digits. Give the store's key as one of these.");
    }

    /// <summary>
    /// Reads a keyring's secret as a person brings it from another computer. Of text, one line end at its end is not part of it; the raw
    /// bytes of Windows or of the Secret portal are taken whole.
    /// </summary>
    /// <exception cref="ArchiveException">There is no such file.</exception>
    public static Secret ReadPasswordFile(string path)
    {
        using var content = BoundedFile.Read(path, MaxKeyFileLength);
        var password = content.Reveal();
        var text = password.EndsWith("\r\n"u8) ? password[..^2] : password.EndsWith("\n"u8) ? password[..^1] : password;
        var isText = Utf8.IsValid(text) && !text.ContainsAnyInRange((byte)0, (byte)0x1f);
        return new Secret(isText ? text : password);
    }

    private static Secret? TryParseKey(ReadOnlySpan<byte> content)
    {
        if (content.Length == KeyLength)
        {
            return new Secret(content);
        }

        var text = content[Ascii.Trim(content)];
        if (text.StartsWith("0x"u8) || text.StartsWith("0X"u8))
        {
            text = text[2..];
        }
        else if (text.Length > 3 && (text[0] | 0x20) == 'x' && text[1] == '\'' && text[^1] == '\'')
        {
            text = text[2..^1];
        }

        return Hex.Decode(text);
    }

    private Secret Find()
    {
        if (_options.Key is { } given)
        {
            return Verified(new Secret(given.Reveal()), "the key given") ?? throw Failure("Check that the key belongs to this profile.");
        }

        using var config = ConfigFile.Read(_profileFolder);
        if (config.EncryptedKey is null && config.LegacyKey is null)
        {
            throw new ArchiveException(
                ArchiveError.WrongKey,
                $"{config.Path} holds no key. Start Signal once so that it writes one, or give the key with --key-file.");
        }

        // Flatpak keeps both for one start; the legacy one may then be stale.
        return (config.EncryptedKey is { } encrypted ? FromEncrypted(encrypted.Reveal(), config.Backend) : null)
            ?? (config.LegacyKey is { } legacy ? FromLegacy(legacy.Reveal()) : null)
            ?? throw Failure(NextStep(config.EncryptedKey is not null));
    }

    private Secret? FromLegacy(ReadOnlySpan<byte> digits) =>
        Hex.Decode(digits) is { } key
            ? Verified(key, "\"key\" in config.json")
            : Failed("\"key\" in config.json", $"not {2 * KeyLength} hexadecimal digits");

    private Secret? FromEncrypted(ReadOnlySpan<byte> digits, string? backend)
    {
        const string name = "\"encryptedKey\" in config.json";
        var encrypted = new byte[digits.Length / 2];
        if (Convert.FromHexString(digits, encrypted, out _, out _) != OperationStatus.Done || encrypted.Length < OsCrypt.PrefixLength)
        {
            return Failed(name, "not hexadecimal digits");
        }

        var version = Encoding.Latin1.GetString(encrypted, 0, OsCrypt.PrefixLength);
        return version is "v10" or "v11" or "v12"
            ? FromPassword(encrypted, version) ?? FromFixed(encrypted, version) ?? FromKeyrings(encrypted, version, backend)
                ?? FromEmpty(encrypted, version)
            : Failed(name, "of a version that is not known (v10, v11 and v12 are)");
    }

    /// <summary>The given password may come from any system: every scheme that the version allows is tried.</summary>
    private Secret? FromPassword(byte[] encrypted, string version)
    {
        if (_options.KeyringPassword is not { } given)
        {
            return null;
        }

        foreach (var scheme in Schemes(version))
        {
            var name = $"{version} with the keyring password given, as on {Systems(scheme)}";
            foreach (var form in Forms(given.Reveal(), scheme))
            {
                using (form)
                {
                    if (Try(encrypted, scheme, form.Reveal(), name) is { } key)
                    {
                        return key;
                    }
                }
            }
        }

        return null;
    }

    private Secret? FromFixed(byte[] encrypted, string version) => version is "v10"
        ? Try(encrypted, OsCryptScheme.Linux, OsCrypt.FixedPassword, "v10 with Chromium's fixed password (basic_text on Linux)")
        : null;

    private Secret? FromKeyrings(byte[] encrypted, string version, string? backend)
    {
        if (!_options.UseKeyring)
        {
            return null;
        }

        foreach (var keyring in _keyrings(backend).Where(keyring => keyring.Serves(version)))
        {
            try
            {
                var found = false;
                foreach (var (scheme, password) in keyring.Read(version, _profileFolder))
                {
                    found = true;
                    using (password)
                    {
                        if (Try(encrypted, scheme, password.Reveal(), $"{version} with {keyring.Name}") is { } key)
                        {
                            return key;
                        }
                    }
                }

                if (!found)
                {
                    Failed($"{version} with {keyring.Name}", "it has no entry of Signal's");
                }
            }
            catch (KeyringException e)
            {
                Failed($"{version} with {keyring.Name}", e.Message);
            }
        }

        return null;
    }

    // Chromium once encrypted with an empty password where the keyring failed: os_crypt_linux.cc, crbug.com/1195256.
    private Secret? FromEmpty(byte[] encrypted, string version) => version is "v11"
        ? Try(encrypted, OsCryptScheme.Linux, [], "v11 with the empty password (a keyring that failed)")
        : null;

    private Secret? Try(byte[] encrypted, OsCryptScheme scheme, ReadOnlySpan<byte> password, string name) =>
        OsCrypt.Decrypt(encrypted, scheme, password, out var reason) is { } key ? Verified(key, name) : Failed(name, reason);

    private Secret? Verified(Secret key, string name)
    {
        try
        {
            if (key.Length == KeyLength && _verify(key))
            {
                return key;
            }
        }
        catch
        {
            key.Dispose();
            throw;
        }

        key.Dispose();
        return Failed(name, "does not open the store");
    }

    private Secret? Failed(string name, string reason)
    {
        var line = $"{name}: {reason}";
        if (!_failures.Contains(line, StringComparer.Ordinal))
        {
            _failures.Add(line);
        }

        return null;
    }

    private ArchiveException Failure(string nextStep) => new(
        ArchiveError.WrongKey,
        $"No key opens the store of {_profileFolder}. Tried: {string.Join("; ", _failures)}. {nextStep}");

    private string NextStep(bool encrypted) =>
        !encrypted ? "Give the key with --key-file."
        : _options.KeyringPassword is not null
            ? "Check that the password is the one of Signal's entry on the computer that wrote the profile."
        : "Log in as the person whose profile it is and unlock the keyring; for a profile from another computer give that computer's "
            + "keyring password with --keyring-password-file (docs/KEYS.md has the commands).";

    private static OsCryptScheme[] Schemes(string version) => version switch
    {
        "v10" => [OsCryptScheme.MacOS, OsCryptScheme.Windows, OsCryptScheme.Linux],
        "v11" => [OsCryptScheme.Linux],
        _ => [OsCryptScheme.Portal],
    };

    private static string Systems(OsCryptScheme scheme) => scheme switch
    {
        OsCryptScheme.MacOS => "macOS",
        OsCryptScheme.Windows => "Windows",
        _ => "Linux",
    };

    /// <summary>Text passwords are what they are; the bytes of Windows and of the portal may come in hexadecimal or Base64.</summary>
    private static IEnumerable<Secret> Forms(ReadOnlySpan<byte> given, OsCryptScheme scheme)
    {
        List<Secret> forms = [new(given)];
        if (scheme is OsCryptScheme.Windows or OsCryptScheme.Portal)
        {
            var text = given[Ascii.Trim(given)];
            var bytes = GC.AllocateUninitializedArray<byte>(text.Length, pinned: true);
            try
            {
                if (Convert.FromHexString(text, bytes, out _, out var length) == OperationStatus.Done && length > 0)
                {
                    forms.Add(new(bytes.AsSpan(0, length)));
                }

                if (Base64.DecodeFromUtf8(text, bytes, out _, out length) == OperationStatus.Done && length > 0)
                {
                    forms.Add(new(bytes.AsSpan(0, length)));
                }
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }

        return forms;
    }
}
