using System.Collections;

namespace Fluister.NotForking.Rebuild;

/// <summary>What a build sees of the machine that it runs on.</summary>
/// <param name="Variables">All environment variables.</param>
internal sealed record BuildEnvironment(IReadOnlyDictionary<string, string> Variables)
{
    // Ways to the network, and where the SDK is: the machine's affair, and nothing that gets into what is built.
    private static readonly string[] s_kept =
    [
        "PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "TMPDIR", "TEMP", "TMP", "SystemRoot", "ProgramFiles", "COMSPEC",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
    ];

    /// <summary>A fixed locale, time zone and umask, a home of its own, and the packages that were fetched before.</summary>
    /// <param name="home">An empty folder for what the SDK keeps.</param>
    /// <param name="source">What is built.</param>
    public static BuildEnvironment Fixed(string home, Source source)
    {
        Umask.Set(Umask.Usual);
        var person = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var variables = s_kept.Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(pair => pair.value is not null).ToDictionary(pair => pair.name, pair => pair.value!, StringComparer.Ordinal);
        variables["HOME"] = variables["USERPROFILE"] = variables["DOTNET_CLI_HOME"] = home;
        variables["LC_ALL"] = variables["LANG"] = "C.UTF-8";
        variables["TZ"] = "UTC";
        variables["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(person, ".nuget", "packages");
        variables["npm_config_cache"] = Path.Combine(person, ".npm");

        // Where packages come from is the person's affair too; what they must be, the lock files say.
        var sources = Path.Combine(person, ".nuget", "NuGet", "NuGet.Config");
        if (File.Exists(sources))
        {
            var copy = Path.Combine(home, ".nuget", "NuGet", "NuGet.Config");
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(sources, copy, overwrite: true);

            // This file alone: NuGet would add those of all folders above the sources, which lie where anybody may write.
            variables["RestoreConfigFile"] = copy;
        }

        return new BuildEnvironment(variables).For(source);
    }

    /// <summary>The environment as it is, in everything that a build must not depend on.</summary>
    public static BuildEnvironment Inherited(Source source) =>
        new BuildEnvironment(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal)).For(source);

    private BuildEnvironment For(Source source) => new(new Dictionary<string, string>(Variables, StringComparer.Ordinal)
    {
        ["SOURCE_DATE_EPOCH"] = $"{source.Time.ToUnixTimeSeconds()}",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE"] = "1",
        ["MSBUILDTERMINALLOGGER"] = "off",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["NUGET_XMLDOC_MODE"] = "skip",
    });
}
