namespace Fluister.NotForking.Rebuild;

/// <summary>Compiles, by the SDK that global.json names, with what the lock files say.</summary>
/// <param name="source">What is built.</param>
/// <param name="environment">What the SDK sees.</param>
internal sealed class Publisher(Source source, BuildEnvironment environment)
{
    /// <summary>Where the SDK keeps packages.</summary>
    public string Packages => environment.Variables["NUGET_PACKAGES"];

    /// <summary>The SDK's version.</summary>
    public string Sdk => Dotnet("--version").Trim();

    /// <summary>Publishes a program into an empty folder, with all licences, as it is to be packed.</summary>
    public void Publish(Artifact artifact, string output)
    {
        FetchLibraries(artifact.Project);
        var isWhole = artifact.Form != ArtifactForm.FrameworkDependent;
        Dotnet([
            "publish", Path.Combine("src", artifact.Project), .. Common(), "--runtime", artifact.Runtime!, "--self-contained",
            isWhole ? "true" : "false",
            $"-p:PublishSingleFile={(artifact.Form == ArtifactForm.SingleFile ? "true" : "false")}",
            // Each assembly for itself: all of .NET as one takes minutes and gigabytes, for a start that is hardly faster.
            "-p:PublishReadyToRunComposite=false",
            // The analyzer would come with a package that the lock files do not name.
            "-p:EnableSingleFileAnalyzer=false", "--output", output,
        ]);

        // No documents of the compiler's; nothing that writes memory to disk; no libraries of another system.
        foreach (var file in Directory.GetFiles(output, "*.xml").Append(Path.Combine(output, "createdump")))
        {
            File.Delete(file);
        }

        var llama = Path.Combine(output, "llama");
        if (artifact.Runtime != "linux-x64" && Directory.Exists(llama))
        {
            Directory.Delete(llama, recursive: true);
        }

        Licenses(artifact, output, isWhole);
    }

    /// <summary>Packs a library.</summary>
    /// <returns>The package.</returns>
    public string Pack(Artifact artifact, string output)
    {
        FetchLibraries(artifact.Project);
        Dotnet(["pack", Path.Combine("src", artifact.Project), .. Common(), "--output", output]);
        return Path.Combine(output, artifact.Name);
    }

    private string[] Common() =>
    [
        "--configuration", "Release", "--artifacts-path", Path.Combine(source.Folder, "artifacts"), "--nologo", "--verbosity", "quiet",
        "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RestoreLockedMode=true", "-p:RunAnalyzers=false",
        .. source.Tree is { } tree ? (string[])[$"-p:SourceTree={tree}"] : [],
    ];

    /// <summary>llama.cpp by its lock file, which has hashes.</summary>
    private void FetchLibraries(string project)
    {
        var llama = Path.Combine(source.Folder, "src", "Fluister.Engines", "llama");
        if (project is "Fluister.Cli" && !Directory.Exists(Path.Combine(llama, "node_modules")))
        {
            Child.Run(
                "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"], llama,
                environment.Variables);
        }
    }

    private void Licenses(Artifact artifact, string output, bool isWhole)
    {
        File.Copy(Path.Combine(source.Folder, "LICENSE"), Path.Combine(output, "LICENSE"));
        var llama = Path.Combine(
            source.Folder, "src", "Fluister.Engines", "llama", "node_modules", "@node-llama-cpp", "linux-x64", "LICENSE");
        if (Directory.Exists(Path.Combine(output, "llama")))
        {
            File.Copy(llama, Path.Combine(output, "LICENSE.llama.txt"));
        }

        foreach (var pack in isWhole ? RuntimePacks(artifact) : [])
        {
            foreach (var file in Directory.GetFiles(pack).Order(StringComparer.Ordinal))
            {
                var kind = Path.GetFileName(file).ToUpperInvariant() switch
                {
                    "LICENSE.TXT" => "LICENSE",
                    "THIRD-PARTY-NOTICES.TXT" => "NOTICES",
                    _ => null,
                };
                if (kind is not null)
                {
                    File.AppendAllText(Path.Combine(output, $"{kind}.dotnet.txt"), File.ReadAllText(file));
                }
            }
        }
    }

    /// <summary>The folders of the runtime packs that a program with its .NET is made of.</summary>
    public IEnumerable<string> RuntimePacks(Artifact artifact)
    {
        var assets = Path.Combine(source.Folder, "artifacts", "obj", artifact.Project, "project.assets.json");
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(assets));
        return [.. json.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
            .SelectMany(framework => framework.Value.TryGetProperty("downloadDependencies", out var downloads)
                ? [.. downloads.EnumerateArray()] : Array.Empty<System.Text.Json.JsonElement>())
            .Select(pack => (Name: pack.GetProperty("name").GetString()!, Version: pack.GetProperty("version").GetString()!))
            .Where(pack => pack.Name.EndsWith($".App.Runtime.{artifact.Runtime}", StringComparison.Ordinal))
            .Select(pack => Path.Combine(Packages, pack.Name.ToLowerInvariant(), pack.Version.Trim('[', ']').Split(',')[0].Trim()))
            .Order(StringComparer.Ordinal)];
    }

    private string Dotnet(params string[] arguments) => Child.Run("dotnet", arguments, source.Folder, environment.Variables);
}
