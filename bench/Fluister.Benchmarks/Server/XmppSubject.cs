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
    protected int Port { get; } = Ports.Free();

    /// <summary>Its domain. One that is an address of this machine is also where it listens for its like (S2S, port 5269), as whoever looks
    /// that domain up finds it.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Whether it talks with its like.</summary>
    protected bool IsFederated => Host != "localhost";

    /// <summary>Where clients reach it.</summary>
    public XmppAddress Address => new(Port, Host);

    /// <summary>What it has said last.</summary>
    public string Said => Process?.LastLines ?? "";

    /// <summary>Seconds of the processor that it has taken.</summary>
    public double Used => Cpu;

    /// <summary>A file of its certificate.</summary>
    protected string Certificate => Path.Combine(Folder, "certificate.pem");

    /// <summary>A file of the certificate's key.</summary>
    protected string Key => Path.Combine(Folder, "key.pem");

    /// <inheritdoc/>
    protected override Task LaunchAsync(int pairs) => ServeAsync();

    /// <summary>Starts it, and waits until it listens.</summary>
    public async Task ServeAsync()
    {
        using var authority = NetworkAuthority.Create("Peers", DateTimeOffset.UtcNow);
        using var certificate = NetworkAuthority.Issue(authority, Host, DateTimeOffset.UtcNow);
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
    protected override Task<Chat> PairAsync(int number) => XmppChat.PairAsync(Address, $"sender{number}", Address, $"reader{number}");

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round) =>
        XmppChat.PairAsync(Address, $"leaver{round}-{number}", Address, $"away{round}-{number}", isAway: true);

    /// <inheritdoc/>
    protected override async Task<Chat?> ConnectGroupAsync() => await XmppChat.GroupAsync(Address, "room@conference.localhost", Members);

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
