using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;

namespace Fluister.Server.Operations;

/// <summary>The one folder that a server keeps everything in, readable by its owner alone.</summary>
internal sealed class DataFolder(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Files that a backup holds beside the database: what would be lost with the folder.</summary>
    public static readonly IReadOnlyList<string> Kept =
        ["keys.json", "server.json", "authority.pem", "authority-key.pem", "tls.pem", "attestations.json"];

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The database.</summary>
    public string Database => In("server.sqlite");

    /// <summary>The folder of attachments.</summary>
    public string Blobs => In("blobs");

    /// <summary>The folder of avatars.</summary>
    public string Avatars => In("avatars");

    /// <summary>The folder of what was fetched of other home servers' attachments and avatars.</summary>
    public string BlobCache => In("blob-cache");

    /// <summary>The last sequence of a descriptor that went out.</summary>
    public string Sequence => In("descriptor.sequence");

    /// <summary>The network authority's certificate, which clients trust.</summary>
    public string Authority => In("authority.pem");

    /// <summary>What rebuilders say of builds of this program.</summary>
    public string Attestations => In("attestations.json");

    /// <summary>The settings.</summary>
    public string Settings => In("server.json");

    /// <summary>Whether a server was set up here.</summary>
    public bool IsSetUp => File.Exists(Keys);

    private string Keys => In("keys.json");

    private string AuthorityKey => In("authority-key.pem");

    private string Tls => In("tls.pem");

    /// <summary>Sets a server up: keys, authority, certificate, settings.</summary>
    /// <exception cref="OperationException">A server is there already, or something else.</exception>
    public ServerIdentity SetUp(ServerOptions options, DateTimeOffset now, RandomSource random)
    {
        RefuseUnlessEmpty();
        using var authority = NetworkAuthority.Create(options.Domain, now);
        Write(Authority, Ascii(authority.ExportCertificatePem()));
        Write(AuthorityKey, Ascii(authority.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        WriteCertificate(authority, options.Domain, now);
        Write(Settings, Encoding.UTF8.GetBytes(OptionsFile.Write(options)));
        var identity = ServerIdentity.Generate(random);

        // Last, since its presence says that all is there.
        WriteIdentity(identity);
        return identity;
    }

    /// <summary>Makes the folder, which must not hold anything.</summary>
    /// <exception cref="OperationException">It does.</exception>
    public void RefuseUnlessEmpty()
    {
        if (IsSetUp)
        {
            throw new OperationException($"A server is set up in {Path} already; nothing was changed.", ExitCode.Denied);
        }

        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
        {
            throw new OperationException($"The folder {Path} is not empty; name one that is, or that does not exist yet.", ExitCode.Denied);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        File.SetUnixFileMode(Path, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Refuses to work on a folder that has no server, that others can read, or that is somebody else's.</summary>
    /// <exception cref="OperationException">It is one of these.</exception>
    public void Check()
    {
        if (!IsSetUp)
        {
            throw new OperationException(
                $"There is no server in {Path}. `fluister-server quickstart --data {Path} DOMAIN` sets one up.", ExitCode.NotFound);
        }

        foreach (var file in (string[])[Path, Keys, Database])
        {
            if (Path != file && !File.Exists(file))
            {
                continue;
            }

            if (!PosixFiles.IsOurs(file))
            {
                throw new OperationException(
                    $"{file} belongs to somebody else. Run this as its owner, such as with `sudo -u OWNER`.", ExitCode.Denied);
            }

            if (PosixFiles.OpenToOthers(file) != UnixFileMode.None)
            {
                throw new OperationException(
                    $"Others than its owner have rights on {file}. `chmod -R go= {Path}` takes them away.", ExitCode.Denied);
            }
        }
    }

    /// <summary>The settings.</summary>
    /// <exception cref="OperationException">They are wrong.</exception>
    public ServerOptions ReadOptions() =>
        File.Exists(Settings) ? OptionsFile.Read(File.ReadAllText(Settings), Settings) : new ServerOptions();

    /// <summary>The server's keys.</summary>
    /// <exception cref="OperationException">The file does not hold any.</exception>
    public ServerIdentity ReadIdentity()
    {
        try
        {
            return ServerIdentity.Read(File.ReadAllBytes(Keys));
        }
        catch (InvalidDataException wrong)
        {
            throw new OperationException($"{Keys} does not hold a server's keys. A backup has them.", ExitCode.Damaged, wrong);
        }
    }

    /// <summary>Writes the server's keys, which take the place of those that were there.</summary>
    public void WriteIdentity(ServerIdentity identity) => Write(Keys, identity.Write());

    /// <summary>The certificate to listen with, and what it is sent with.</summary>
    /// <exception cref="OperationException">There is none.</exception>
    public (X509Certificate2 Leaf, X509Certificate2Collection Chain) ReadCertificate(ServerOptions options)
    {
        var (file, key) = options.Certificate is { } given ? (In(given), In(options.CertificateKey!)) : (Tls, Tls);
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return (X509Certificate2.CreateFromPemFile(file, key), chain);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new OperationException(
                $"{file} does not hold a certificate that fits the key in {key}, as PEM.", ExitCode.Damaged, wrong);
        }
    }

    /// <summary>The network's own authority, without its key.</summary>
    public X509Certificate2 ReadAuthority() => X509Certificate2.CreateFromPem(File.ReadAllText(Authority));

    /// <summary>Makes a new certificate of the network's own authority.</summary>
    public void RenewCertificate(string domain, DateTimeOffset now)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Authority, AuthorityKey);
        WriteCertificate(authority, domain, now);
    }

    /// <summary>Holds the folder for one serving process, until it is disposed of.</summary>
    /// <exception cref="OperationException">Another process serves.</exception>
    public IDisposable Occupy()
    {
        try
        {
            return Open(In("serving.lock"), FileMode.OpenOrCreate);
        }
        catch (IOException taken)
        {
            throw new OperationException($"A server already runs on {Path}; stop that one first.", ExitCode.Denied, taken);
        }
    }

    /// <summary>Writes a file for its owner alone: complete and on the disk, or not at all.</summary>
    public static void Write(string file, ReadOnlySpan<byte> bytes)
    {
        var partial = file + ".partial";
        using (var stream = Create(partial))
        {
            stream.Write(bytes);
            PosixFiles.SyncFile(stream);
        }

        File.Move(partial, file, overwrite: true);
        PosixFiles.SyncFolder(System.IO.Path.GetDirectoryName(file)!);
    }

    /// <summary>Opens a new file that is for its owner alone.</summary>
    public static FileStream Create(string file)
    {
        File.Delete(file);
        return Open(file, FileMode.CreateNew);
    }

    private static FileStream Open(string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(file, options);
    }

    private void WriteCertificate(X509Certificate2 authority, string domain, DateTimeOffset now)
    {
        using var leaf = NetworkAuthority.Issue(authority, domain, now);
        Write(Tls, Ascii($"{leaf.ExportCertificatePem()}\n{leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n"));
    }

    private string In(string file) => System.IO.Path.Combine(Path, file);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
