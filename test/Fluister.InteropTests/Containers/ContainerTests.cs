using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Containers;

/// <summary>The image and deploy/compose.yaml, run by Debian's Docker.</summary>
[Collection(nameof(ContainerHost))]
public sealed class ContainerTests(ContainerHost host)
{
    private static readonly string[] AllOfFamily = ["--conversation", "Family", "--since", "2000-01-01"];

    /// <summary>Each service, where it may write beside /tmp, and what it may only read.</summary>
    public static TheoryData<string, string[], string[]> Services => new()
    {
        { "digest", [], ["/profile", "/models"] },
        { "engine", ["/run/engine"], ["/models"] },
        { "reader", [], ["/profile", "/run/engine"] },
    };

    [Fact]
    public void The_digest_in_a_container_is_the_digest()
    {
        var before = host.Profile.Hashes();
        File.WriteAllText(host.In("keyring-password"), ContainerHost.KeyringPassword);
        var here = FluisterProgram.Run(
            ["digest", "--source", host.Profile.Path, "--keyring-password-file", host.In("keyring-password"), .. AllOfFamily]);

        var there = Quotes(AllOfFamily);

        Assert.NotEqual("", here.Output);
        Assert.Equal(here.Output, there.Output);
        Assert.Equal(before, host.Profile.Hashes());
    }

    [Theory]
    [InlineData("digest", "--model", "/models/half-true.gguf")]
    [InlineData("reader")]
    public void A_models_digest_is_the_same_in_one_container_and_in_two(string service, params string[] model)
    {
        var before = host.Family.Profile.Hashes();
        var here = FluisterProgram.Run(
            ["digest", "--source", host.Family.Profile.Path, "--no-cache", "--model", host.Family.HalfTrue, .. AllOfFamily]);

        var there = ContainerHost.Succeed(host.Compose(host.Family.Profile, ["run", "--rm", "-T", service, .. model, .. AllOfFamily]));
        var health = host.Docker("ps", "--all", "--filter", "label=com.docker.compose.service=engine", "--format", "{{.Status}}");
        ContainerHost.Succeed(host.Compose(host.Family.Profile, ["down", "--volumes"]));

        Assert.Equal(WithoutReceipt(here.Output), WithoutReceipt(there.Output));
        Assert.Contains("They meet at the lake on Friday at 10.", there.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("900", WithoutReceipt(there.Output), StringComparison.Ordinal);
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(host.Family.HalfTrue)));
        Assert.Contains(hash, there.Output, StringComparison.Ordinal);
        Assert.Contains("no network: its namespace has no route", there.Output, StringComparison.Ordinal);
        Assert.EndsWith(service == "reader" ? "(healthy)" : "", health, StringComparison.Ordinal);
        Assert.Equal("", host.Docker("ps", "--all", "--quiet") + host.Docker("volume", "ls", "--quiet"));
        Assert.Equal(before, host.Family.Profile.Hashes());
    }

    [Fact]
    public void What_a_digest_says_is_not_kept_on_the_hosts_disk()
    {
        var said = Regex.Match(Quotes(AllOfFamily).Output, "“(.{30,}?)”").Groups[1].Value;

        Assert.NotEqual("", said);
        Assert.Empty(FilesWith(said));
        // The control: the same without deploy/compose.yaml stays in Docker's log for as long as the container is there.
        ContainerHost.Succeed(host.Run("docker",
            [
                "run", "--interactive", "--name", "talker", "--network", "none", "--volume", $"{host.Profile.Path}:/profile:ro",
                "localhost/fluister", "digest", "--source", "/profile", "--keyring-password-file", "-", .. AllOfFamily,
            ],
            ContainerHost.KeyringPassword));
        Assert.NotEmpty(FilesWith(said));
        host.Docker("rm", "talker");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Inside_there_is_nothing_to_write_to_and_nothing_to_be_allowed(string service, string[] writable, string[] readable)
    {
        using var probe = new Probe(host);
        string[] allowed = ["/tmp", .. writable];

        string[] tried = [.. allowed, .. readable, "", "/opt/fluister"];

        var inside = probe.TellAs(service, [.. tried.Select(folder => $"{folder}/file"), "/profile/sql/db.sqlite"], []);

        Assert.Equal([ContainerHost.User, ContainerHost.User], Read<int[]>(inside, "user"));
        Assert.All(Read<Dictionary<string, string>>(inside, "capabilities").Values, set => Assert.Equal("0000000000000000", set));
        Assert.Equal("1", Read<string>(inside, "noNewPrivileges"));
        Assert.Equal("2", Read<string>(inside, "seccomp"));
        Assert.Equal($"{4L << 30}", Read<string>(inside, "memory"));
        var written = Read<Dictionary<string, string>>(inside, "written");
        Assert.Equal(allowed.Select(folder => $"{folder}/file").Order(),
            written.Where(place => place.Value == "written").Select(place => place.Key).Order());
        var mounts = Read<Dictionary<string, string[]>>(inside, "mounts");
        Assert.All((string[])["/", .. readable], mount => Assert.Contains("ro", mounts[mount]));
        Assert.All(allowed, mount => Assert.Empty(((string[])["rw", "noexec", "nosuid", "nodev"]).Except(mounts[mount])));
        // The profile and the models are where they are needed and nowhere else.
        Assert.Equal(readable.Concat(writable).Order(),
            mounts.Keys.Where(mount => mount is "/profile" or "/models" or "/run/engine").Order());
    }

    [Fact]
    public void Nobody_can_be_reached_from_inside_while_an_ordinary_container_reaches_everybody()
    {
        using var probe = new Probe(host);
        probe.Network("trap", "--internal");
        var addresses = probe.HostAddresses;
        string[] everybody = [Probe.Outside, probe.OtherContainer, .. addresses];

        var inside = Services.Select(row => probe.TellAs(row.Data.Item1, [], everybody)).ToList();
        var ordinary = probe.TellOn("ordinary", everybody);
        var trap = probe.TellOn("trap", everybody);

        // The way out, and a bridge for each network.
        Assert.Equal(3, addresses.Count);
        Assert.Equal(everybody.Order(), Reached(ordinary).Order());
        // Why the services have no network rather than an internal one: with it, the host's own listeners answer.
        Assert.DoesNotContain(Probe.Outside, Reached(trap));
        Assert.NotEmpty(Reached(trap).Intersect(addresses));
        Assert.All(inside, service =>
        {
            Assert.Equal(everybody.Length, Read<Dictionary<string, string>>(service, "reached").Count);
            Assert.Empty(Reached(service));
            Assert.Equal(["lo"], Read<string[]>(service, "interfaces"));
            Assert.Empty(Read<string[]>(service, "routes"));
        });
    }

    private Ending Quotes(string[] arguments) => ContainerHost.Succeed(host.Compose(host.Profile,
        ["run", "--rm", "-T", "digest", "--keyring-password-file", "-", .. arguments], ContainerHost.KeyringPassword));

    private static string WithoutReceipt(string digest) => digest.Split("How this was made")[0];

    private string[] FilesWith(string word)
    {
        var found = host.Run("grep", ["--recursive", "--files-with-matches", "--fixed-strings", "--", word, host.In("data")]);
        Assert.Equal("", found.Errors);
        return found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Reached(JsonElement inside) =>
        Read<Dictionary<string, string>>(inside, "reached").Where(target => target.Value == "heard").Select(target => target.Key);

    private static T Read<T>(JsonElement element, string name) => element.GetProperty(name).Deserialize<T>()!;
}
