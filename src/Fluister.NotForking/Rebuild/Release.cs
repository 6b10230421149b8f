using Fluister.NotForking.Rebuild.Archives;
using Fluister.NotForking.Rebuild.Documents;
using Fluister.NotForking.Rebuild.Images;

namespace Fluister.NotForking.Rebuild;

/// <summary>Makes the files of a release.</summary>
/// <param name="source">What it is made of.</param>
/// <param name="environment">What the programs that it runs see.</param>
/// <param name="output">An empty folder, for its files.</param>
/// <param name="progress">Hears what is being made.</param>
internal sealed class Release(Source source, BuildEnvironment environment, string output, Action<string> progress)
{
    private readonly Publisher _publisher = new(source, environment);
    private readonly Dictionary<string, string> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _builds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _packs = new(StringComparer.Ordinal);

    /// <summary>Makes all that is wanted, and the files that describe it.</summary>
    /// <param name="isWanted">Chooses artifacts by name.</param>
    /// <exception cref="NotForkException">Nothing is wanted, or something cannot be made.</exception>
    public void Make(Func<string, bool> isWanted)
    {
        var wanted = Artifact.All(source).Where(artifact => isWanted(artifact.Name)).ToList();
        if (wanted.Count == 0)
        {
            throw new NotForkException(
                ExitCode.Usage,
                $"No artifact has such a name; there are: {string.Join(", ", Artifact.All(source).Select(artifact => artifact.Name))}.");
        }

        Directory.CreateDirectory(output);
        foreach (var artifact in wanted)
        {
            progress(artifact.Name);
            Make(artifact);
        }

        progress("SHA256SUMS");
        var subjects = Sums.Of(output);
        Write("builds.json", BuildList.Write(source, _builds));
        Write("sbom.cdx.json", new Sbom(source, _publisher.Packages, _packs).Write());
        Write("provenance.intoto.json", new Provenance(source, _publisher.Sdk).Write(subjects));
        Write("SHA256SUMS", Sums.Write(Sums.Of(output)));
    }

    private void Make(Artifact artifact)
    {
        var target = Path.Combine(output, artifact.Name);
        switch (artifact.Form)
        {
            case ArtifactForm.Package:
                File.Move(_publisher.Pack(artifact, Scratch("packages")), target);
                break;
            case ArtifactForm.Image:
                var whole = Artifact.All(source).Single(other =>
                    (other.Program, other.Runtime, other.Form) == (artifact.Program, artifact.Runtime, ArtifactForm.SelfContained));
                var program = Published(whole);
                _builds[artifact.Name] = FolderHash.Of(program);
                using (var file = File.Create(target))
                {
                    new ProgramImage(source, artifact).Write(file, program);
                }

                break;
            default:
                var folder = Published(artifact);
                _builds[artifact.Name] = FolderHash.Of(folder);
                Pack(artifact, folder, target);
                break;
        }
    }

    private string Published(Artifact artifact)
    {
        if (!_published.TryGetValue(artifact.Name, out var folder))
        {
            folder = _published[artifact.Name] = Scratch(artifact.Folder);
            _publisher.Publish(artifact, folder);
            if (artifact.Form != ArtifactForm.FrameworkDependent)
            {
                _packs.UnionWith(_publisher.RuntimePacks(artifact));
            }
        }

        return folder;
    }

    private void Pack(Artifact artifact, string folder, string target)
    {
        var entries = ProgramFiles.Of(folder, artifact.Program, artifact.Folder);
        using var file = File.Create(target);
        if (artifact.Runtime == "win-x64")
        {
            Archives.ZipFile.Write(file, entries, source.Time);
            return;
        }

        using var gzip = new GzipWriter(file);
        TarFile.Write(gzip, entries, source.Time);
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(output, name), bytes);

    private string Scratch(string name) => Path.Combine(source.Folder, "artifacts", "release", name);
}
