using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Server;

/// <summary>The real home server: a data folder that its own quickstart made, and its process, on a port that was free.</summary>
/// <remarks>As the fixture of a class it serves all of its tests. It is ended with the class, however that ends; the folder goes with
/// it.</remarks>
public sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-server-").FullName;
    private readonly int _port;
    private Process? _process;

    /// <summary>Sets a server up and starts it, on another port with each start.</summary>
    public ServerProcess()
        : this(0)
    {
    }

    /// <summary>The same, on one port: its clients and peers find it again. They do so by localhost, whatever its domain is, which its
    /// certificate names too.</summary>
    internal ServerProcess(int port, string domain = "localhost")
    {
        _port = port;
        Domain = domain;
        Authority = [];
        try
        {
            Data = Path.Combine(_folder, "data");
            TrustRoot = Convert.FromBase64String(Word(Run("quickstart", domain, "--data", Data), "Trust root "));
            if (domain != "localhost")
            {
                Set("url", $"\"https://localhost:{port}\"");
            }

            // How fast messages may come is for other tests.
            Set("messagesPerPair", "100000000");
            Set("sealedMessagesPerPair", "100000000");
            Set("messagesPerAddress", "100000000");
            using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Data, "authority.pem")));
            Authority = authority.RawData;
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its name.</summary>
    public string Domain { get; }

    /// <summary>The folder that the server keeps everything in.</summary>
    public string Data { get; } = "";

    /// <summary>The certificate that clients trust, as DER.</summary>
    public byte[] Authority { get; }

    /// <summary>The public key to which sender certificates lead.</summary>
    public byte[] TrustRoot { get; private set; } = [];

    /// <summary>The server's public params for anonymous credentials, 673 bytes.</summary>
    public byte[] ZkParams => Convert.FromBase64String(Word(Run("keys", "show", "--data", Data), "Zk public params "));

    /// <summary>Where it listens now.</summary>
    public int Port { get; private set; }

    /// <summary>The process's id.</summary>
    public int Id => _process!.Id;

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Runs one of the program's commands to its end, and gives what it printed.</summary>
    public static string Run(params string[] arguments)
    {
        var ended = FluisterProgram.Run(FluisterProgram.Server, arguments);
        Assert.True(ended.Code == 0, $"fluister-server {arguments[0]} ended with {ended.Code}: {ended.Errors}");
        return ended.Output;
    }

    /// <summary>Makes an invite with the operator's command.</summary>
    public (string Token, string Code) Invite(int uses = 1)
    {
        var printed = Run("invite", "create", "--data", Data, "--uses", uses.ToString(CultureInfo.InvariantCulture));
        return (Word(printed, "Invite "), Word(printed, "Code "));
    }

    /// <summary>The link of a fresh invite, to where the server listens now.</summary>
    public string InviteLink(int uses = 1)
    {
        var link = new UriBuilder(
            Word(Run("invite", "create", "--data", Data, "--uses", uses.ToString(CultureInfo.InvariantCulture)), "Link "))
        {
            Port = Port,
        };
        return link.Uri.ToString();
    }

    /// <summary>Changes one of the settings, for the next start.</summary>
    /// <param name="setting">Its name.</param>
    /// <param name="json">Its value.</param>
    public void Set(string setting, string json)
    {
        var file = Path.Combine(Data, "server.json");
        var lines = File.ReadAllLines(file);
        var at = Array.FindIndex(lines, line => line.StartsWith($"  \"{setting}\":", StringComparison.Ordinal));
        lines[at] = $"  \"{setting}\": {json}{(lines[at].EndsWith(',') ? "," : "")}";
        File.WriteAllLines(file, lines);
    }

    /// <summary>Joins a network, before anybody has registered.</summary>
    /// <param name="root">The file of the network's root.</param>
    public void Join(string root)
    {
        Stop();
        var (request, member) = (Path.Combine(_folder, "request"), Path.Combine(_folder, "member"));
        File.WriteAllText(request, Run("network", "request", "--data", Data));
        File.WriteAllText(member, Run("network", "sign", "--root", root, request));
        Run("network", "join", member, "--data", Data);
        TrustRoot = Convert.FromBase64String(Words(Run("keys", "show", "--data", Data), "Trust root ").First());
        Start();
    }

    /// <summary>Connects to the server with trust in its authority alone.</summary>
    public SocketsHttpHandler Trusting() => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509CertificateLoader.LoadCertificate(Authority) },
            },
        },
    };

    /// <summary>Starts the process; it must not run.</summary>
    public void Start()
    {
        _process = FluisterProgram.Start(FluisterProgram.Server, ["serve", "--data", Data, "--port", $"{_port}"]);
        var errors = FluisterProgram.Collect(_process.StandardError);
        const string Listening = "Listening on port ";
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                Port = int.Parse(line.AsSpan(Listening.Length), CultureInfo.InvariantCulture);
                _ = FluisterProgram.Collect(_process.StandardOutput);
                return;
            }
        }

        throw new InvalidOperationException($"The server did not start: {errors()}");
    }

    /// <summary>Ends the process at once, as a power cut would, and waits until it has gone.</summary>
    public void Kill()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Takes away the rates of messages, and starts it anew.</summary>
    public void AllowFloods()
    {
        Kill();
        var path = Path.Combine(Data, "server.json");
        var settings = JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!;
        foreach (var rate in new[] { "messagesPerPair", "sealedMessagesPerPair", "messagesPerAddress" })
        {
            Assert.NotNull(settings[rate]);
            settings[rate] = 100_000_000;
        }

        File.WriteAllText(path, settings.ToJsonString());
        Start();
    }

    /// <summary>Holds the process where it is, whatever it does.</summary>
    public void Pause() => FluisterProgram.Signal(_process!.Id, FluisterProgram.Halt);

    /// <summary>Lets it go on.</summary>
    public void Resume() => FluisterProgram.Signal(_process!.Id, FluisterProgram.Continue);

    /// <summary>Asks the process to stop, and gives its exit code.</summary>
    public int Stop()
    {
        FluisterProgram.Signal(_process!.Id, FluisterProgram.Terminate);
        if (!_process.WaitForExit(Patience))
        {
            Kill();
            Assert.Fail("The server did not stop.");
        }

        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    private static string Word(string printed, string label) => Words(printed, label).Single();

    private static IEnumerable<string> Words(string printed, string label) => printed.Split('\n')
        .Where(line => line.StartsWith(label, StringComparison.Ordinal)).Select(line => line[label.Length..].Trim());

    /// <summary>Ends what runs and deletes the folder.</summary>
    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
