namespace Fluister.NotForking.Rebuild.Twins;

/// <summary>Where and how one of two builds runs.</summary>
/// <param name="Folder">All of it lies below.</param>
/// <param name="Source">Where its sources lie.</param>
/// <param name="Variables">Its environment, beside what the machine needs.</param>
/// <param name="Umask">Permission bits that its files do not get.</param>
/// <param name="Wrapper">Programs that start the build, each with its arguments.</param>
internal sealed record Surroundings(
    string Folder, string Source, IReadOnlyDictionary<string, string> Variables, int Umask, IReadOnlyList<string> Wrapper)
{
    /// <summary>Where the release goes.</summary>
    public string Output => Path.Combine(Folder, "out");

    /// <summary>Where NuGet unpacks.</summary>
    public string Packages => Path.Combine(Folder, "packages");

    /// <summary>Builds.</summary>
    /// <param name="tool">The folder of this program.</param>
    /// <param name="source">What is built: commit, tree and time.</param>
    /// <param name="only">A pattern of artifacts' names.</param>
    public void Build(string tool, Source source, string only)
    {
        string[] kept = ["PATH", "DOTNET_ROOT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
            "SSL_CERT_FILE", "SSL_CERT_DIR"];
        var variables = kept.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).Where(pair => pair.value is not null)
            .ToDictionary(pair => pair.name, pair => pair.value!, StringComparer.Ordinal);
        foreach (var (name, value) in Variables)
        {
            variables[name] = value;
        }

        foreach (var (name, folder) in (ReadOnlySpan<(string, string)>)[("HOME", "home"), ("TMPDIR", "tmp"), ("DOTNET_CLI_HOME", "home")])
        {
            variables[name] = Path.Combine(Folder, Variables.GetValueOrDefault(name, folder));
        }

        variables["NUGET_PACKAGES"] = Packages;
        List<string> line =
        [
            .. Wrapper, "dotnet", Path.Combine(tool, "not-fork.dll"), "build", "inside", Source, Output, source.Commit, source.Tree ?? "-",
            $"{source.Time.ToUnixTimeSeconds()}", only,
        ];
        Rebuild.Umask.Set(Umask);
        try
        {
            Child.Run(line[0], line[1..], Folder, variables);
        }
        finally
        {
            Rebuild.Umask.Set(Rebuild.Umask.Usual);
        }
    }
}
