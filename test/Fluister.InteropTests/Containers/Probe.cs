using System.Text.Json;

namespace Fluister.InteropTests.Containers;

/// <summary>Runs probe.py inside containers, by this machine's Python, mounted read-only: the image itself has no such thing.</summary>
internal sealed class Probe : IDisposable
{
    public const int HostPort = 9977;
    public const int OutsidePort = 9978;
    public const int ContainerPort = 9979;

    private static readonly string[] Program =
        ["/host/lib64/ld-linux-x86-64.so.2", "--library-path", "/host/lib/x86_64-linux-gnu", "/host/bin/python3", "/probe.py"];

    private readonly ContainerHost _host;

    public Probe(ContainerHost host)
    {
        _host = host;
        OtherContainer = $"{Start("other", Network("ordinary"), "listen", $"{ContainerPort}")}/{ContainerPort}";
    }

    /// <summary>A container on an ordinary network, which listens.</summary>
    public string OtherContainer { get; }

    /// <summary>Beyond the host, by its default gateway.</summary>
    public static string Outside => $"198.51.100.1/{OutsidePort}";

    /// <summary>The host's listener at each of its addresses, those of Docker's bridges too.</summary>
    public IReadOnlyList<string> HostAddresses =>
        [.. _host.OnHost("ip", "-oneline", "-4", "address", "show", "scope", "global").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => $"{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3].Split('/')[0]}/{HostPort}")];

    /// <summary>Makes a network as Docker makes it, with further options.</summary>
    public string Network(string name, params string[] options)
    {
        _host.Docker(["network", "create", .. options, name]);
        return name;
    }

    /// <summary>What the inside of a container on some network is like.</summary>
    public JsonElement TellOn(string network, IEnumerable<string> reach) =>
        Parse(_host.Docker(["run", "--rm", .. Options(network), .. Program[1..], "tell", Settings([], reach)]));

    /// <summary>What the inside of a service of deploy/compose.yaml is like, when only its program is another.</summary>
    public JsonElement TellAs(string service, IEnumerable<string> write, IEnumerable<string> reach)
    {
        var file = _host.In($"probe-{service}.yaml");
        File.WriteAllText(file, $"""
            services:
              {service}:
                entrypoint: {JsonSerializer.Serialize(Program)}
                environment: [PYTHONHOME=/host]
                volumes: ["/usr:/host:ro", "{_host.In("probe.py")}:/probe.py:ro"]
            """);
        return Parse(ContainerHost.Succeed(_host.Compose(
            _host.Profile, ["run", "--rm", "-T", "--no-deps", service, "tell", Settings(write, reach)], null, file)).Output);
    }

    /// <summary>Removes what the probe left running.</summary>
    public void Dispose()
    {
        _host.Docker("rm", "--force", "other");
        _host.Docker("network", "prune", "--force");
    }

    private string Start(string name, string network, params string[] arguments)
    {
        _host.Docker(["run", "--detach", "--name", name, .. Options(network), .. Program[1..], .. arguments]);
        return _host.Docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name);
    }

    private string[] Options(string network) =>
    [
        "--network", network, "--volume", "/usr:/host:ro", "--volume", $"{_host.In("probe.py")}:/probe.py:ro",
        "--env", "PYTHONHOME=/host", "--entrypoint", Program[0], "localhost/fluister",
    ];

    private static string Settings(IEnumerable<string> write, IEnumerable<string> reach) => JsonSerializer.Serialize(new { write, reach });

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement.Clone();
}
