using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Fluister.Server.Hosting;

namespace Fluister.Benchmarks.Server;

/// <summary>A server of XMPP from Debian's packages: a child of this process with a configuration, a folder and a port of its
/// own.</summary>
internal abstract class XmppSubject : Subject
{
    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(90);

    /// <summary>Where it listens, with direct TLS.</summary>
    protected int Port { get; } = FreePort();

    /// <summary>A file of its certificate.</summary>
    protected string Certificate => Path.Combine(Folder, "certificate.pem");

    /// <summary>A file of the certificate's key.</summary>
    protected string Key => Path.Combine(Folder, "key.pem");

    /// <summary>A port that nobody has now.</summary>
    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    protected override async Task LaunchAsync(int pairs)
    {
        using var authority = NetworkAuthority.Create("Peers", DateTimeOffset.UtcNow);
        using var certificate = NetworkAuthority.Issue(authority, "localhost", DateTimeOffset.UtcNow);
        using var key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Certificate, certificate.ExportCertificatePem() + "\n" + authority.ExportCertificatePem() + "\n");
        await File.WriteAllTextAsync(Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        Process = await LaunchAsync();
        for (var start = DateTime.UtcNow; !await ListensAsync();)
        {
            if (DateTime.UtcNow - start > Starting)
            {
                throw new TimeoutException($"{Name} does not listen: {Process.LastLines}");
            }

            await Task.Delay(200);
        }
    }

    /// <summary>Writes the configuration and starts the server.</summary>
    protected abstract Task<ServerProcess> LaunchAsync();

    /// <inheritdoc/>
    protected override Task<Chat> PairAsync(int number) => XmppChat.PairAsync(Port, $"sender{number}", $"reader{number}");

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round) =>
        XmppChat.PairAsync(Port, $"leaver{round}-{number}", $"away{round}-{number}", isAway: true);

    /// <inheritdoc/>
    protected override async Task<Chat?> ConnectGroupAsync() => await XmppChat.GroupAsync(Port, "room@conference.localhost", Members);

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
