using System.Net.Sockets;
using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>The freedesktop.org Secret Service: GNOME Keyring, KeePassXC, and others.</summary>
internal sealed partial class SecretService(
    Func<IReadOnlyList<UnixDomainSocketEndPoint>> bus, TimeSpan callTimeout, TimeSpan personTimeout, bool start = true) : Keyring
{
    public const string Service = "org.freedesktop.secrets";
    public const string Root = "/org/freedesktop/secrets";

    private const int MaxItems = 64;

    /// <summary>Object path that stands for none.</summary>
    private const string NoPrompt = "/";

    /// <summary>
    /// Names under which portals keep an application's secret: Flatpak's id, Snap's, the name of the .desktop file that a desktop puts
    /// into the systemd scope, and none where there was no scope.
    /// </summary>
    public static IReadOnlyList<string> PortalApplications { get; } =
    [
        "org.signal.Signal", "snap.signal-desktop", "signal-desktop", "signal-desktop-beta", "signal", "signal-beta", "",
    ];

    /// <inheritdoc/>
    public override string Name => "the Secret Service (GNOME Keyring and others)";

    /// <inheritdoc/>
    public override bool Serves(string version) => version is "v11" or "v12";

    /// <inheritdoc/>
    public override IEnumerable<(OsCryptScheme Scheme, Secret Password)> Read(string version, string profileFolder)
    {
        using var connection = Try(Open);
        using var session = Try(() => SecretServiceSession.Open(connection));
        var scheme = version is "v12" ? OsCryptScheme.Portal : OsCryptScheme.Linux;
        var searches = version is "v12"
            ? PortalApplications.Select(application => ("app_id", application))
            : ApplicationNames(profileFolder).Select(application => ("application", application));
        List<string> locked = [];
        foreach (var (attribute, value) in searches)
        {
            var found = Try(() => Search(connection, attribute, value));
            locked.AddRange(found.Locked);
            foreach (var item in found.Unlocked)
            {
                yield return (scheme, Try(() => Get(connection, session, item)));
            }
        }

        // What is open comes first: perhaps nobody has to be asked.
        if (locked.Count > 0)
        {
            foreach (var item in Try(() => Unlock(connection, [.. locked.Distinct(StringComparer.Ordinal).Take(MaxItems)])))
            {
                yield return (scheme, Try(() => Get(connection, session, item)));
            }
        }
    }

    private static T Try<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (DBusException e)
        {
            throw new KeyringException(e.Message, e);
        }
    }

    private static (List<string> Unlocked, List<string> Locked) Search(DBusConnection connection, string attribute, string value)
    {
        using var reply = connection.Call(Service, Root, "org.freedesktop.Secret.Service.SearchItems", "a{ss}", writer =>
            writer.Array(8, () => writer.Align(8).String(attribute).String(value)));
        var body = reply.Body("aoao");
        return ([.. body.Strings().Take(MaxItems)], [.. body.Strings().Take(MaxItems)]);
    }

    // Of the service, not of the item: GNOME Keyring exports an item that its own portal made only after its next start.
    private static Secret Get(DBusConnection connection, SecretServiceSession session, string item)
    {
        using var reply = connection.Call(
            Service,
            Root,
            "org.freedesktop.Secret.Service.GetSecrets",
            "aoo",
            writer => writer.Strings([item]).String(session.Path));
        var body = reply.Body("a{o(oayays)}");
        var end = body.ArrayEnd(8);
        if (body.Position == end)
        {
            throw new DBusException("it keeps the secret to itself");
        }

        body.Text();
        body.Align(8);
        body.Text();
        var parameters = body.Bytes();
        return session.Decrypt(parameters, body.Bytes());
    }

    private DBusConnection Open()
    {
        var connection = DBusConnection.Open(bus(), callTimeout);
        if (start || connection.Runs(Service))
        {
            return connection;
        }

        connection.Dispose();
        throw new DBusException("it is not running");
    }

    private List<string> Unlock(DBusConnection connection, IReadOnlyList<string> items)
    {
        string prompt;
        using (var reply = connection.Call(
            Service, Root, "org.freedesktop.Secret.Service.Unlock", "ao", writer => writer.Strings(items), timeout: personTimeout))
        {
            var body = reply.Body("aoo");
            var unlocked = body.Strings();
            prompt = body.String();
            if (prompt == NoPrompt)
            {
                return unlocked.Count > 0 ? unlocked : throw new DBusException("it is locked");
            }
        }

        const string @interface = "org.freedesktop.Secret.Prompt";
        connection.Await(Service, prompt, @interface);
        connection.Call(Service, prompt, @interface + ".Prompt", "s", writer => writer.String(""), timeout: personTimeout).Dispose();
        using var completed = connection.WaitForSignal("Completed", personTimeout);
        if (completed is null)
        {
            throw new DBusException("it is locked, and its question was not answered in time");
        }

        var answer = completed.Body("bv");
        if (answer.Boolean())
        {
            throw new DBusException("it is locked, and its question was dismissed or could not be shown");
        }

        answer.Variant("ao");
        return answer.Strings();
    }
}
