using System.Globalization;

namespace Fluister.Server.Operations;

/// <summary>Looks whether a server is well, and says what helps where it is not.</summary>
internal sealed class Doctor(DataFolder folder, DateTimeOffset now)
{
    private const long LeastRoom = 1L << 30;
    private static readonly TimeSpan CertificateSoon = TimeSpan.FromDays(30);

    /// <summary>Everything that was looked at.</summary>
    public async Task<List<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        ServerOptions options;
        try
        {
            folder.Check();
            options = folder.ReadOptions();
        }
        catch (OperationException wrong)
        {
            return [new Finding("folder", "is not usable", wrong.Message)];
        }

        return
        [
            new Finding("folder", $"{folder.Path}, for its owner alone"),
            Build(),
            Files(),
            Database(),
            Disk(),
            Clock(),
            Certificate(options),
            await ListensAsync(options, cancellation).ConfigureAwait(false),
            await ReachableAsync(options, cancellation).ConfigureAwait(false),
            .. await PeerFindings.ExamineAsync(folder, options, now, cancellation).ConfigureAwait(false),
        ];
    }

    // Whose word that is, and how many peers want, is theirs to say.
    private Finding Build()
    {
        var own = ProgramBuild.Own;
        var attested = AttestationFile.Of(folder, own, now).Count;
        return new Finding("build", $"{own.Version}, source tree {own.ToldTree}, build {own.ToldBuild}, attested by {attested}");
    }

    private Finding Files()
    {
        var open = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .FirstOrDefault(file => PosixFiles.OpenToOthers(file) != UnixFileMode.None || !PosixFiles.IsOurs(file));
        return open is null
            ? new Finding("files", "belong to their owner alone")
            : new Finding(
                "files", $"{open} is open to others, or somebody else's", $"chmod -R go= {folder.Path}; chown -R OWNER {folder.Path}");
    }

    private Finding Database()
    {
        if (!File.Exists(folder.Database))
        {
            return new Finding("database", "is made when the server starts");
        }

        var log = new FileInfo(folder.Database + "-wal");
        var size = new FileInfo(folder.Database).Length + (log.Exists ? log.Length : 0);
        try
        {
            var schema = Backup.Verify(folder.Database);
            return new Finding("database", $"is whole: {size / 1024:n0} KiB, schema version {schema}");
        }
        catch (Exception damaged) when (damaged is OperationException or Microsoft.Data.Sqlite.SqliteException)
        {
            return new Finding("database", "is damaged", "Stop the server, keep this folder, and restore a backup into another.");
        }
    }

    private Finding Disk()
    {
        var room = new DriveInfo(folder.Path).AvailableFreeSpace;
        var told = string.Create(CultureInfo.InvariantCulture, $"{room / (double)(1 << 30):f1} GiB free");
        return room >= LeastRoom
            ? new Finding("disk", told)
            : new Finding("disk", told, "Make room: a full disk refuses messages (and loses none that were accepted).");
    }

    // Without asking anybody else: nothing that we wrote may lie in the future.
    private Finding Clock()
    {
        var latest = Directory.EnumerateFiles(folder.Path).Max(file => File.GetLastWriteTimeUtc(file));
        return latest > now.UtcDateTime.AddMinutes(1)
            ? new Finding(
                "clock", "is behind: files were written later than now", "Set the clock, such as with `timedatectl set-ntp true`.")
            : new Finding("clock", $"{now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, not behind what was written before");
    }

    private Finding Certificate(ServerOptions options)
    {
        var renew = options.Certificate is null
            ? "fluister-server keys renew-certificate, then start the server again"
            : "Renew it with its authority, then start the server again.";
        try
        {
            var (leaf, _) = folder.ReadCertificate(options);
            using var certificate = leaf;
            var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
            var start = new DateTimeOffset(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);
            return now < start || end < now ? new Finding("certificate", "does not hold now", renew)
                : !certificate.MatchesHostname(options.Domain) ? new Finding("certificate", $"is not for {options.Domain}", renew)
                : end - now < CertificateSoon ? new Finding("certificate", $"ends on {end:yyyy-MM-dd}", renew)
                : new Finding("certificate", $"for {options.Domain} until {end:yyyy-MM-dd}");
        }
        catch (OperationException wrong)
        {
            return new Finding("certificate", "cannot be read", wrong.Message);
        }
    }

    private async Task<Finding> ListensAsync(ServerOptions options, CancellationToken cancellation)
    {
        var health = await ReadinessQuestion.AskHereAsync(options, cancellation).ConfigureAwait(false);
        return health switch
        {
            null => new Finding("server", $"does not listen on port {options.Port}", $"fluister-server serve --data {folder.Path}"),
            200 => new Finding("server", $"listens on port {options.Port} and is ready"),
            503 => new Finding("server", "is not ready: its database does not answer, or it is about to stop", "Look at its log."),
            _ => new Finding(
                "server", $"another program answers on port {options.Port}", "End that one, or change \"port\" in the settings."),
        };
    }

    private static async Task<Finding> ReachableAsync(ServerOptions options, CancellationToken cancellation)
    {
        var url = options.BaseUrl(options.Port);
        if (url.Host == "localhost")
        {
            return new Finding("reachable", "from this computer only: the domain is localhost");
        }

        var health = await ReadinessQuestion.AskAsync(options.Domain, url.Host, url.Port, cancellation).ConfigureAwait(false);
        return health == 200
            ? new Finding("reachable", $"as {url.Authority}, from here")
            : new Finding("reachable", $"nothing answers as {url.Authority}, from here",
                $"Does the name lead to this machine, and do router and firewall let port {url.Port} through?");
    }
}
