using System.Net.Sockets;
using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>KDE's wallet daemon, generations 4, 5 and 6: the same methods under three names.</summary>
internal sealed class KWallet(
    int generation, Func<IReadOnlyList<UnixDomainSocketEndPoint>> bus, TimeSpan callTimeout, TimeSpan personTimeout, bool start) : Keyring
{
    /// <summary>The name that the daemon shows a person whom it asks.</summary>
    private const string Application = "Fluister";

    private const string PortalFolder = "xdg-desktop-portal";
    private const int PasswordEntry = 1;

    private string Suffix => generation == 4 ? "" : $"{generation}";

    private string Service => "org.kde.kwalletd" + Suffix;

    /// <inheritdoc/>
    public override string Name => $"KWallet {generation}";

    /// <inheritdoc/>
    public override bool Serves(string version) => version is "v11" or "v12";

    /// <inheritdoc/>
    public override IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string version, string profileFolder)
    {
        List<(OsCryptScheme Scheme, Secret Password)> found = [];
        try
        {
            using var connection = DBusConnection.Open(bus(), callTimeout);
            if (!start && !connection.Runs(Service))
            {
                throw new KeyringException("it is not running");
            }

            if (!Ask(connection, "isEnabled", "", null, "b", callTimeout, (ref body) => body.Boolean()))
            {
                throw new KeyringException("it is switched off");
            }

            var wallet = Ask(connection, "networkWallet", "", null, "s", callTimeout, (ref body) => body.String());
            var handle = Ask(
                connection,
                "open",
                "sxs",
                writer => writer.String(wallet).Int64(0).String(Application),
                "i",
                personTimeout,
                (ref body) => body.Int32());
            if (handle < 0)
            {
                throw new KeyringException("it stayed locked");
            }

            // Entries are few and the wallet is open: read them all, then let it go.
            if (version is "v12")
            {
                found.AddRange(SecretService.PortalApplications
                    .Select(name => ReadEntry(connection, handle, PortalFolder, name))
                    .OfType<Secret>()
                    .Select(secret => (OsCryptScheme.Portal, secret)));
            }
            else
            {
                // Chromium's own name, which Electron keeps; then that of the application, as Chromium names its products.
                found.AddRange(ApplicationNames(profileFolder).Prepend("Chromium")
                    .Select(name => ReadPassword(connection, handle, $"{name} Keys", $"{name} Safe Storage"))
                    .OfType<Secret>()
                    .Select(secret => (OsCryptScheme.Linux, secret)));
            }

            Ask(
                connection,
                "close",
                "ibs",
                writer => writer.Int32(handle).Boolean(false).String(Application),
                "i",
                callTimeout,
                (ref body) => body.Int32());
            return found;
        }
        catch (Exception e) when (e is DBusException or KeyringException)
        {
            found.ForEach(one => one.Password.Dispose());
            throw e as KeyringException ?? new KeyringException(e.Message, e);
        }
    }

    private Secret? ReadPassword(DBusConnection connection, int handle, string folder, string entry)
    {
        var name = Entry(handle, folder, entry);
        if (!Has(connection, handle, folder, entry)
            || Ask(connection, "entryType", "isss", name, "i", callTimeout, (ref body) => body.Int32()) != PasswordEntry)
        {
            return null;
        }

        return Ask(connection, "readPassword", "isss", name, "s", callTimeout, (ref body) => new Secret(body.Text()));
    }

    private Secret? ReadEntry(DBusConnection connection, int handle, string folder, string entry) => Has(connection, handle, folder, entry)
        ? Ask(connection, "readEntry", "isss", Entry(handle, folder, entry), "ay", callTimeout, (ref body) => new Secret(body.Bytes()))
        : null;

    private bool Has(DBusConnection connection, int handle, string folder, string entry) =>
        Ask(connection, "hasEntry", "isss", Entry(handle, folder, entry), "b", callTimeout, (ref body) => body.Boolean());

    private static Action<DBusWriter> Entry(int handle, string folder, string entry) =>
        writer => writer.Int32(handle).String(folder).String(entry).String(Application);

    private T Ask<T>(
        DBusConnection connection,
        string member,
        string signature,
        Action<DBusWriter>? arguments,
        string answer,
        TimeSpan timeout,
        Decode<T> decode)
    {
        using var reply = connection.Call(
            Service, "/modules/kwalletd" + Suffix, "org.kde.KWallet." + member, signature, arguments, start, timeout);
        var body = reply.Body(answer);
        return decode(ref body);
    }

    private delegate T Decode<T>(ref DBusReader body);
}
