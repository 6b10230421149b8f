using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>macOS' login keychain. The system asks the person whether this program may read Signal's entry.</summary>
[SupportedOSPlatform("macos")]
internal sealed unsafe partial class MacKeychain : Keyring
{
    private const string Security = "/System/Library/Frameworks/Security.framework/Security";

    // Apple's Security/SecBase.h.
    private const int Success = 0;
    private const int ItemNotFound = -25300;

    /// <inheritdoc/>
    public override string Name => "the macOS Keychain";

    /// <inheritdoc/>
    public override bool Serves(string version) => version is "v10";

    /// <inheritdoc/>
    public override IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string version, string profileFolder)
    {
        foreach (var name in ApplicationNames(profileFolder))
        {
            if (Find(name + " Safe Storage") is { } password)
            {
                yield return (OsCryptScheme.MacOS, password);
            }
        }
    }

    // The function that Chromium itself calls; its successor knows no other keychain.
    private static Secret? Find(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        void* password = null;
        uint length = 0;
        int status;
        try
        {
            fixed (byte* bytes = name)
            {
                status = SecKeychainFindGenericPassword(null, (uint)name.Length, bytes, 0, null, &length, &password, null);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new KeyringException("Security.framework is not there", e);
        }

        if (status == ItemNotFound)
        {
            return null;
        }

        if (status != Success)
        {
            throw new KeyringException($"it answered {status}: locked, or its question was declined");
        }

        var content = new Span<byte>(password, checked((int)length));
        var secret = new Secret(content);
        CryptographicOperations.ZeroMemory(content);
        _ = SecKeychainItemFreeContent(null, password);
        return secret;
    }

    [LibraryImport(Security)]
    private static partial int SecKeychainFindGenericPassword(
        void* keychain,
        uint serviceLength,
        byte* service,
        uint accountLength,
        byte* account,
        uint* passwordLength,
        void** password,
        void** item);

    [LibraryImport(Security)]
    private static partial int SecKeychainItemFreeContent(void* attributes, void* content);
}
