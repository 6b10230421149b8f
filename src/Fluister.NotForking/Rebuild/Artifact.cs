namespace Fluister.NotForking.Rebuild;

/// <summary>A file of a release that is built: not those that describe it.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Form">What it is.</param>
/// <param name="Project">The folder below src.</param>
/// <param name="Program">The program's name; of a package the package's.</param>
/// <param name="Runtime">The runtime identifier; none of a package.</param>
internal sealed record Artifact(string Name, ArtifactForm Form, string Project, string Program, string? Runtime)
{
    private static readonly string[] s_runtimes = ["linux-x64", "win-x64"];

    private static readonly (string Program, string Project, bool HasImage)[] s_programs =
        [("fluister", "Fluister.Cli", true), ("fluister-server", "Fluister.Server", true), ("not-fork", "Fluister.NotForking", false)];

    /// <summary>The name of the folder within an archive.</summary>
    public string Folder =>
        Name[..Name.LastIndexOf(Form == ArtifactForm.Image || Runtime == "win-x64" ? "." : ".tar.", StringComparison.Ordinal)];

    /// <summary>Everything that a release of these sources has, in the order in which it is built best.</summary>
    public static IReadOnlyList<Artifact> All(Source source)
    {
        List<Artifact> all = [];
        foreach (var (program, project, hasImage) in s_programs)
        {
            foreach (var runtime in s_runtimes)
            {
                var name = $"{program}-{source.Version}-{runtime}";
                var ending = runtime == "win-x64" ? "zip" : "tar.gz";
                all.Add(new Artifact($"{name}-framework-dependent.{ending}", ArtifactForm.FrameworkDependent, project, program, runtime));
                all.Add(new Artifact($"{name}-self-contained.{ending}", ArtifactForm.SelfContained, project, program, runtime));
                all.Add(new Artifact($"{name}-single-file.{ending}", ArtifactForm.SingleFile, project, program, runtime));
                if (hasImage && runtime == "linux-x64")
                {
                    all.Add(new Artifact($"{name}-image.tar", ArtifactForm.Image, project, program, runtime));
                }
            }
        }

        return [.. all, .. Directory.GetFiles(Path.Combine(source.Folder, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => !File.ReadAllText(file).Contains("<OutputType>Exe<", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            .Select(project => new Artifact($"{project}.{source.Version}.nupkg", ArtifactForm.Package, project, project, null))];
    }
}
