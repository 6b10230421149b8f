namespace Fluister.Benchmarks.Server;

/// <summary>ejabberd as Debian configures it, with its limits of rate and of offline messages raised; in memory, or with an archive of all
/// messages (XEP-0313) and its offline messages in PostgreSQL.</summary>
internal sealed class EjabberdSubject(bool isArchived) : XmppSubject
{
    private PostgresServer? _database;

    /// <inheritdoc/>
    public override string? Missing =>
        Libraries() is null ? "ejabberd: apt-get install ejabberd"
        : !isArchived ? null
        : PostgresServer.Binaries() is null ? "PostgreSQL: apt-get install postgresql"
        : !Directory.EnumerateDirectories("/usr/lib/erlang/lib", "p1_pgsql-*").Any() ? "ejabberd's driver: apt-get install erlang-p1-pgsql"
        : null;

    /// <inheritdoc/>
    protected override double Cpu => base.Cpu + (_database?.Cpu ?? 0);

    /// <inheritdoc/>
    protected override async Task<ServerProcess> LaunchAsync()
    {
        if (isArchived)
        {
            _database = await PostgresServer.StartAsync(Path.Combine(Folder, "database"), Ports.Free());
            await _database.RunFileAsync("/usr/share/ejabberd/sql/pg.sql");
        }

        var configuration = Path.Combine(Folder, "ejabberd.yml");
        await File.WriteAllTextAsync(configuration, Configuration());
        await Unprivileged.OwnAsync(Folder);
        return ServerProcess.Start(
            Unprivileged.Command(
                "erl", "+K", "true", "+P", "250000", "-mnesia", "dir", $"\"{Folder}/spool\"", "-s", "ejabberd", "-noinput"),
            new Dictionary<string, string>
            {
                ["HOME"] = Folder,
                ["EJABBERD_CONFIG_PATH"] = configuration,
                ["EJABBERD_LOG_PATH"] = Path.Combine(Folder, "ejabberd.log"),
                ["ERL_LIBS"] = Libraries()!,
                ["ERL_CRASH_DUMP"] = Path.Combine(Folder, "crash"),
            });
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeMoreAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    // Erlang's libraries from Debian's packages lie together.
    private static string? Libraries() => Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
        .FirstOrDefault(folder => Directory.EnumerateDirectories(folder, "ejabberd-*").Any());

    // Debian's modules, but for those that need ports of their own.
    private string Configuration() => $$"""
        loglevel: warning
        hosts: ["{{Host}}"]
        certfiles: ["{{Certificate}}", "{{Key}}"]
        acme: {auto: false}
        listen:
          - {port: {{Port}}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, access: all, tls: true}
          {{(IsFederated ? $"- {{port: 5269, ip: \"{Host}\", module: ejabberd_s2s_in, max_stanza_size: 524288}}" : "")}}
        {{(IsFederated ? "s2s_use_starttls: required" : "")}}
        auth_password_format: scram
        registration_timeout: infinity
        access_rules:
          register: {allow: all}
        shaper_rules: {max_user_sessions: 10, max_user_offline_messages: 1000000}
        {{(isArchived ? _database!.EjabberdSettings : "")}}
        modules:
          mod_adhoc: {}
          mod_admin_extra: {}
          mod_avatar: {}
          mod_blocking: {}
          mod_caps: {}
          mod_carboncopy: {}
          mod_client_state: {}
          mod_configure: {}
          mod_disco: {}
          mod_last: {}
          mod_muc: {}
          mod_muc_admin: {}
          mod_offline: {access_max_user_messages: max_user_offline_messages, db_type: {{(isArchived ? "sql" : "mnesia")}} }
          mod_ping: {}
          mod_pres_counter: {count: 1000, interval: 60}
          mod_privacy: {}
          mod_private: {}
          mod_pubsub: {plugins: [flat, pep]}
          mod_push: {}
          mod_push_keepalive: {}
          mod_register: {access: register, ip_access: all, password_strength: 0}
          mod_roster: {versioning: true}
          {{(IsFederated ? "mod_s2s_dialback: {}" : "")}}
          mod_shared_roster: {}
          mod_sic: {}
          mod_stream_mgmt: {resend_on_timeout: if_offline}
          mod_vcard: {search: false}
          mod_vcard_xupdate: {}
          mod_version: {}
          {{(isArchived ? "mod_mam: {default: always, db_type: sql}" : "")}}

        """;
}
