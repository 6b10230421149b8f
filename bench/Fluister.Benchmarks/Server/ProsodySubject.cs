namespace Fluister.Benchmarks.Server;

/// <summary>Prosody as Debian configures it, with its limit of rate raised; in files, or with an archive of all messages (XEP-0313) and
/// all else in SQLite.</summary>
internal sealed class ProsodySubject(bool isArchived) : XmppSubject
{
    private const string Archive =
        """storage = "sql"; sql = { driver = "SQLite3"; database = "prosody.sqlite" }; default_archive_policy = true""";

    /// <inheritdoc/>
    public override string? Missing =>
        !File.Exists("/usr/bin/prosody") ? "Prosody: apt-get install prosody"
        : isArchived && !Directory.Exists("/usr/share/doc/lua-dbi-sqlite3") ? "Prosody's driver: apt-get install lua-dbi-sqlite3"
        : null;

    /// <inheritdoc/>
    protected override async Task<ServerProcess> LaunchAsync()
    {
        var configuration = Path.Combine(Folder, "prosody.cfg.lua");
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        await File.WriteAllTextAsync(configuration, Configuration());
        await Unprivileged.OwnAsync(Folder);
        return ServerProcess.Start(Unprivileged.Command("prosody", "--config", configuration, "-F"));
    }

    // Debian's modules, but for those that need ports or people of their own; and that anybody may make an account.
    private string Configuration() => $$"""
        pidfile = "{{Folder}}/prosody.pid"
        data_path = "{{Folder}}/data"
        interfaces = { "127.0.0.1" }
        c2s_ports = { }
        c2s_direct_tls_ports = { {{Port}} }
        {{(IsFederated ? $"s2s_ports = {{ 5269 }} s2s_interfaces = {{ \"{Host}\" }} s2s_secure_auth = false" : "s2s_ports = { }")}}
        http_ports = { }
        https_ports = { }
        modules_enabled = {
          "disco"; "roster"; "saslauth"; "tls"; "blocklist"; "bookmarks"; "carbons"; "limits"; "pep"; "private"; "smacks"; "vcard4";
          "vcard_legacy"; "csi_simple"; "ping"; "register"; "time"; "uptime"; "version"; "posix";
          {{(isArchived ? "\"mam\";" : "")}} {{(IsFederated ? "\"dialback\"" : "")}}
        }
        modules_disabled = { {{(IsFederated ? "" : "\"s2s\"")}} }
        allow_registration = true
        authentication = "internal_hashed"
        archive_expires_after = "1w"
        limits = { c2s = { rate = "1000mb/s" }; s2sin = { rate = "1000mb/s" } }
        log = { error = "*console" }
        ssl = { key = "{{Key}}"; certificate = "{{Certificate}}" }
        {{(isArchived ? Archive : "")}}
        VirtualHost "{{Host}}"
        Component "conference.localhost" "muc"
          muc_room_locking = false

        """;
}
