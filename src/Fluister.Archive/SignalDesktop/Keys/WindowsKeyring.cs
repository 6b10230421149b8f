using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>Windows' DPAPI: unwraps the key in "Local State" for the person who is logged in, on the computer that wrapped it.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsKeyring : Keyring
{
    /// <summary>Never show a window (wincrypt.h, CRYPTPROTECT_UI_FORBIDDEN).</summary>
    private const uint NoWindow = 1;

    /// <inheritdoc/>
    public override string Name => "Windows DPAPI";

    /// <inheritdoc/>
    public override bool Serves(string version) => version is "v10";

    /// <inheritdoc/>
    public override IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string version, string profileFolder)
    {
        Secret? wrapped;
        try
        {
            wrapped = LocalStateFile.ReadWrappedKey(profileFolder);
        }
        catch (ArchiveException e)
        {
            throw new KeyringException(e.Message.TrimEnd('.'), e);
        }

        using (wrapped)
        {
            return wrapped is null ? [] : [(OsCryptScheme.Windows, Unwrap(wrapped.Reveal()))];
        }
    }

    private static Secret Unwrap(ReadOnlySpan<byte> wrapped)
    {
        fixed (byte* bytes = wrapped)
        {
            var input = new Blob { Length = (uint)wrapped.Length, Bytes = bytes };
            var output = default(Blob);
            if (CryptUnprotectData(&input, null, null, null, null, NoWindow, &output) == 0)
            {
                var error = Marshal.GetLastPInvokeError();
                throw new KeyringException($"it refused (error {error}): another person's or another computer's profile");
            }

            var content = new Span<byte>(output.Bytes, checked((int)output.Length));
            var secret = new Secret(content);
            CryptographicOperations.ZeroMemory(content);
            Marshal.FreeHGlobal((nint)output.Bytes);
            return secret;
        }
    }

    [LibraryImport("crypt32.dll", SetLastError = true)]
    private static partial int CryptUnprotectData(
        Blob* input, void** description, Blob* entropy, void* reserved, void* prompt, uint flags, Blob* output);

    /// <summary>DATA_BLOB of wincrypt.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Blob
    {
        public uint Length;
        public byte* Bytes;
    }
}
