using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Server.Hosting;

/// <summary>Memory of idle TLS connections. OpenSSL keeps two buffers of 16 KiB for each connection for as long as it lives; in its mode
/// SSL_MODE_RELEASE_BUFFERS (SSL_CTX_set_mode(3)) only while something is in them. .NET does not set that mode, and hides its
/// contexts.</summary>
/// <remarks>OpenSSL calls back whoever keeps data of their own with its contexts whenever it makes one (CRYPTO_get_ex_new_index(3)): then
/// the mode is set. Where the library is another or lacks something, nothing happens, and connections take more memory.</remarks>
internal static unsafe partial class TlsBuffers
{
    private const long OldestOpenSsl = 0x30000000;
    private const int Contexts = 1; // CRYPTO_EX_INDEX_SSL_CTX
    private const int ControlMode = 33; // SSL_CTRL_MODE
    private const nint ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    private static readonly Lazy<bool> Once = new(Register);

    /// <summary>Lets connections that are made from now on, in this process, give their buffers back while they are idle.</summary>
    /// <returns>Whether that was possible.</returns>
    public static bool ReleaseWhenIdle() => Once.Value;

    private static bool Register()
    {
        try
        {
            return OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >= OldestOpenSsl
                && GetNewIndex(Contexts, 0, 0, &Created, 0, 0) >= 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    [UnmanagedCallersOnly]
    private static void Created(nint context, nint value, nint values, int index, nint number, nint pointer) =>
        _ = Control(context, ControlMode, ReleaseBuffers, 0);

    [LibraryImport("libcrypto.so.3", EntryPoint = "CRYPTO_get_ex_new_index")]
    private static partial int GetNewIndex(
        int kind, nint number, nint pointer, delegate* unmanaged<nint, nint, nint, int, nint, nint, void> create, nint copy, nint free);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint Control(nint context, int command, nint number, nint pointer);
}
