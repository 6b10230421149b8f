using System.Diagnostics;
using System.Text;
using Fluister.InteropTests.Cli;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Containers;

/// <summary>Debian's Docker on a host of its own (host.sh), with the image built as eng/images builds it.</summary>
public sealed class ContainerHost : IDisposable
{
    /// <summary>The user that the image names.</summary>
    public const int User = 10001;

    /// <summary>The network that the server is on, for tests that make it.</summary>
    public const string ServerNetwork = "serving";

    /// <summary>The host's port at which the server is reached.</summary>
    public const int ServerPort = 9443;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-containers-").FullName;
    private readonly Process _host;

    public ContainerHost()
    {
        Assert.True(Environment.IsPrivilegedProcess,
            "These tests start a Docker daemon in namespaces of its own, which takes root. Run them as root, as CI does.");
        File.Copy(Beside("probe.py"), In("probe.py"));
        _host = Start("unshare",
            ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", Beside("host.sh"), _folder]);
        try
        {
            for (var tries = 0; Run("docker", ["version"]).Code != 0; tries++)
            {
                if (_host.HasExited || tries == 120)
                {
                    Assert.Fail($"Docker's daemon does not answer: {DaemonLog()}");
                }

                Thread.Sleep(500);
            }

            Succeed(MakeImage());
            Profile = OfficialPackage.MakeProfile(1830, "--messages", "400", "--key-form", "v11", "--keyring-password", KeyringPassword);
            Family = new FamilyProfile();
            Directory.CreateDirectory(In("models"));
            File.Copy(Family.HalfTrue, In("models", "half-true.gguf"));
            Directory.CreateDirectory(In("server"));
            Succeed(Run("chown", ["--recursive", $"{User}:{User}", Profile.Path, Family.Profile.Path, In("models"), In("server")]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of the packages that the lock names; where Debian's mirrors have dropped one since, of today's under a lock of today's. The
    /// tests are about what we make of them.</summary>
    private Ending MakeImage()
    {
        var images = Path.Combine(Checkout, "eng", "images");
        var ending = Run(images, []);
        if (!ending.Errors.Contains("no mirror has", StringComparison.Ordinal))
        {
            return ending;
        }

        TestContext.Current.SendDiagnosticMessage($"{ending.Errors} Tested with today's packages instead.");
        Environment.SetEnvironmentVariable("FLUISTER_LOCK", In("base.lock"));
        Succeed(Run(images, ["lock"]));
        return Run(images, []);
    }

    /// <summary>The root of this checkout.</summary>
    public static string Checkout { get; } = Path.GetFullPath(Path.Combine(OfficialPackage.Folder, "..", ".."));

    internal static string KeyringPassword => "a password of the keyring";

    /// <summary>Ordinary talk; a keyring protects its key.</summary>
    internal OfficialProfile Profile { get; } = null!;

    /// <summary>What a model has known things to say about.</summary>
    internal FamilyProfile Family { get; } = null!;

    /// <summary>A file or folder that goes with the host.</summary>
    public string In(params string[] names) => Path.Combine([_folder, .. names]);

    /// <summary>Runs docker, which must succeed, and returns what it wrote.</summary>
    public string Docker(params string[] arguments) => Succeed(Run("docker", arguments)).Output.TrimEnd();

    /// <summary>Runs docker-compose with deploy/compose.yaml and further files.</summary>
    internal Ending Compose(OfficialProfile profile, string[] arguments, string? input = null, string? file = null) =>
        Run("env",
            [
                $"SIGNAL_PROFILE={profile.Path}", "docker-compose", "--file", Path.Combine(Checkout, "deploy", "compose.yaml"),
                .. file is null ? [] : (string[])["--file", file], .. arguments,
            ],
            input);

    /// <summary>Runs a program in the host's network and mounts, to its end.</summary>
    public string OnHost(params string[] arguments)
    {
        var below = Process.GetProcesses().Single(process => ParentOf(process.Id) == _host.Id).Id;
        return Succeed(Run("nsenter", ["--net", "--mount", "--target", $"{below}", .. arguments])).Output;
    }

    /// <summary>Runs a program that knows the host's daemon, to its end.</summary>
    internal Ending Run(string program, IEnumerable<string> arguments, string? input = null)
    {
        using var process = Start(program, arguments);
        var errors = FluisterProgram.Collect(process.StandardError);
        var output = FluisterProgram.Collect(process.StandardOutput);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end.");
        }

        return new Ending(process.ExitCode, output(), errors());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The end of its standard input ends the host: the daemon its containers, the namespaces everything else.
        _host.StandardInput.Close();
        if (!_host.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            _host.Kill();
            _host.WaitForExit();
        }

        _host.Dispose();
        Profile?.Dispose();
        Family?.Dispose();
        foreach (var group in Directory.EnumerateDirectories("/sys/fs/cgroup", Path.GetFileName(_folder), SearchOption.AllDirectories)
            .Where(Directory.Exists).ToList())
        {
            Directory.Delete(group);
        }

        Directory.Delete(_folder, recursive: true);
    }

    internal static Ending Succeed(Ending ending)
    {
        Assert.True(ending.Code == 0, $"{ending.Code}: {ending.Output} {ending.Errors}");
        return ending;
    }

    private static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, "Containers", name);

    private string DaemonLog() => File.Exists(In("docker.log")) ? File.ReadAllText(In("docker.log")) : _host.StandardError.ReadToEnd();

    private static int ParentOf(int process)
    {
        try
        {
            // proc(5): the name may hold anything, so what follows its last parenthesis counts.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["DOCKER_HOST"] = $"unix://{In("docker.sock")}";
        start.Environment["DOCKER_CONFIG"] = _folder;
        start.Environment["COMPOSE_PROJECT_NAME"] = "fluister";
        start.Environment["FLUISTER_MODELS"] = In("models");
        start.Environment["FLUISTER_MODEL"] = "half-true.gguf";
        start.Environment["FLUISTER_SERVER"] = In("server");
        start.Environment["FLUISTER_NETWORK"] = ServerNetwork;
        start.Environment["FLUISTER_PORT"] = $"{ServerPort}";
        start.Environment["TZ"] = "Europe/Amsterdam";
        foreach (var name in (string[])["DOCKER", "DOCKER_CONTEXT", "FLUISTER_UID", "FLUISTER_GID", "FLUISTER_MEMORY", "FLUISTER_DEBIAN"])
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }
}

/// <summary>One host for all, and nothing beside it: it takes its share of a small machine.</summary>
[CollectionDefinition(nameof(ContainerHost), DisableParallelization = true)]
public sealed class OneContainerHost : ICollectionFixture<ContainerHost>;
