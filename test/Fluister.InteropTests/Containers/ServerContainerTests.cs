using System.Text.Json;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Containers;

/// <summary>The home server's image and its service in deploy/compose.yaml, from the first command to the last.</summary>
[Collection(nameof(ContainerHost))]
public sealed class ServerContainerTests(ContainerHost host)
{
    private const string Program = "/opt/fluister-server/fluister-server";

    [Fact]
    public void It_is_set_up_serves_those_outside_says_that_it_is_well_and_stops()
    {
        host.Docker("network", "create", ContainerHost.ServerNetwork);
        var setUp = Compose("run", "--rm", "-T", "server", "quickstart");
        Assert.Contains("A server for localhost is set up in /data.", setUp.Output, StringComparison.Ordinal);
        Compose("up", "--detach", "server");
        var container = host.Docker("ps", "--quiet", "--filter", "label=com.docker.compose.service=server");
        Assert.True(SpinWait.SpinUntil(() => Health(container) == "healthy", TimeSpan.FromMinutes(2)), host.Docker("logs", container));

        // From beyond the host, as anybody does who knows the authority.
        var url = $"https://localhost:{ContainerHost.ServerPort}";
        string[] curl =
        [
            "ip", "netns", "exec", "outside", "curl", "--silent", "--show-error", "--fail", "--cacert", host.In("server", "authority.pem"),
            "--resolve", $"localhost:{ContainerHost.ServerPort}:198.51.100.2",
        ];
        var descriptor = JsonDocument.Parse(host.OnHost([.. curl, $"{url}/.well-known/fluister"]));
        Assert.NotEmpty(descriptor.RootElement.GetProperty("signature").GetBytesFromBase64());
        Assert.Equal("200", host.OnHost([.. curl, "--output", "/dev/null", "--write-out", "%{http_code}", $"{url}/health/ready"]));

        var invite = Compose("exec", "-T", "server", Program, "invite", "create").Output;
        Assert.Contains("fluister://localhost:8443/?key=", invite, StringComparison.Ordinal);
        Compose("exec", "-T", "server", Program, "backup", "/data/server.tar");
        Assert.StartsWith("Whole: ", Compose("exec", "-T", "server", Program, "backup", "verify", "/data/server.tar").Output,
            StringComparison.Ordinal);

        Compose("stop", "server");
        Assert.Equal("0", host.Docker("inspect", "--format", "{{.State.ExitCode}}", container));
        Compose("rm", "--force", "server");
        host.Docker("network", "rm", ContainerHost.ServerNetwork);
    }

    [Fact]
    public void Inside_it_may_write_to_its_folder_alone_and_is_allowed_nothing()
    {
        using var probe = new Probe(host);
        probe.Network(ContainerHost.ServerNetwork);
        var inside = probe.TellAs("server", ["/data/file", "/tmp/file", "/file", "/opt/fluister-server/file"], []);
        host.Run("rm", [host.In("server", "file")]);

        Assert.Equal([ContainerHost.User, ContainerHost.User], Read<int[]>(inside, "user"));
        Assert.All(Read<Dictionary<string, string>>(inside, "capabilities").Values, set => Assert.Equal("0000000000000000", set));
        Assert.Equal("1", Read<string>(inside, "noNewPrivileges"));
        Assert.Equal("2", Read<string>(inside, "seccomp"));
        Assert.Equal($"{4L << 30}", Read<string>(inside, "memory"));
        Assert.Equal(["/data/file", "/tmp/file"], Read<Dictionary<string, string>>(inside, "written")
            .Where(place => place.Value == "written").Select(place => place.Key).Order());
        var mounts = Read<Dictionary<string, string[]>>(inside, "mounts");
        Assert.Contains("ro", mounts["/"]);
        Assert.Empty(((string[])["rw", "noexec", "nosuid", "nodev"]).Except(mounts["/tmp"]));
        Assert.DoesNotContain(mounts.Keys, mount => mount is "/profile" or "/models" or "/run/engine");
    }

    // As it is, but asked for its health every second.
    private Ending Compose(params string[] arguments)
    {
        var often = host.In("often.yaml");
        File.WriteAllText(often, "services: {server: {healthcheck: {interval: 1s}}}\n");
        return ContainerHost.Succeed(host.Compose(host.Profile, arguments, null, often));
    }

    private string Health(string container) => host.Docker("inspect", "--format", "{{.State.Health.Status}}", container);

    private static T Read<T>(JsonElement element, string name) => element.GetProperty(name).Deserialize<T>()!;
}
