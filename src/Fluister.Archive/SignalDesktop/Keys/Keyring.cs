using System.Net.Sockets;
using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>A keyring of this computer: where the operating system keeps what encryptedKey was encrypted with.</summary>
internal abstract class Keyring
{
    /// <summary>What a person calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can hold what this version of encryptedKey ("v10", "v11", "v12") asks for.</summary>
    public abstract bool Serves(string version);

    /// <summary>
    /// The secrets that may be the one, with the scheme they are for, one at a time; the caller disposes each. None where the keyring has
    /// no entry of Signal's.
    /// </summary>
    /// <exception cref="KeyringException">The keyring is not there or refused.</exception>
    public abstract IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string version, string profileFolder);

    /// <summary>The keyrings of this computer; the one that config.json names comes first.</summary>
    public static IReadOnlyList<Keyring> OfThisComputer(string? backend) =>
        OperatingSystem.IsWindows() ? [new WindowsKeyring()]
        : OperatingSystem.IsMacOS() ? [new MacKeychain()]
        : OfLinux(
            backend,
            () => DBusAddress.OfSession(Environment.GetEnvironmentVariable),
            DBusConnection.CallTimeout,
            DBusConnection.PersonTimeout);

    /// <summary>Linux' keyrings. Only the one that config.json names is started where it does not run.</summary>
    internal static IReadOnlyList<Keyring> OfLinux(
        string? backend, Func<IReadOnlyList<UnixDomainSocketEndPoint>> bus, TimeSpan callTimeout, TimeSpan personTimeout)
    {
        var named = backend switch
        {
            "kwallet" => 4,
            "kwallet5" => 5,
            "kwallet6" => 6,
            _ => 0,
        };
        IEnumerable<(int Generation, Keyring Keyring)> all =
        [
            (0, new SecretService(bus, callTimeout, personTimeout, start: named == 0)),
            .. new[] { 6, 5, 4 }.Select(generation =>
                (generation, (Keyring)new KWallet(generation, bus, callTimeout, personTimeout, start: generation == named))),
        ];
        return [.. all.OrderBy(one => one.Generation == named ? 0 : 1).Select(one => one.Keyring)];
    }

    /// <summary>Signal's names for itself, the one that this profile's folder bears first.</summary>
    protected static IReadOnlyList<string> ApplicationNames(string profileFolder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(profileFolder)).EndsWith("Beta", StringComparison.OrdinalIgnoreCase)
            ? ["Signal Beta", "Signal"]
            : ["Signal", "Signal Beta"];
}

/// <summary>Why a keyring gave nothing: a sentence's end, without secrets.</summary>
internal sealed class KeyringException(string message, Exception? inner = null) : Exception(message, inner);
