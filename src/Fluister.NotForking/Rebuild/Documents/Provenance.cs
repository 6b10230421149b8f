namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>
/// provenance.intoto.json: an in-toto statement (v1) with a provenance predicate of SLSA (v1): which files were made of which sources by
/// what. It says nothing of where and when, so that whoever builds the same gets the same statement.
/// </summary>
internal sealed class Provenance(Source source, string sdk)
{
    /// <summary>Names this way of building; it changes when the same sources would give other files.</summary>
    public const string BuildType = "urn:fluister:build-release:1";

    /// <summary>Writes it for the given files.</summary>
    public byte[] Write(IReadOnlyList<(string Name, string Hash)> subjects) => JsonText.Write(json => json.Object(() =>
    {
        json.WriteString("_type", "https://in-toto.io/Statement/v1");
        json.Array("subject", subjects, subject => Descriptor(json, "name", subject.Name, "sha256", subject.Hash));
        json.WriteString("predicateType", "https://slsa.dev/provenance/v1");
        json.Object("predicate", () =>
        {
            json.Object("buildDefinition", () =>
            {
                json.WriteString("buildType", BuildType);
                json.Object("externalParameters", () =>
                {
                    json.WriteString("version", source.Version);
                    json.WriteBoolean("dirty", source.IsDirty);
                });
                json.Object("internalParameters", () =>
                {
                    json.WriteString("sdk", sdk);
                    json.WriteNumber("sourceDateEpoch", source.Time.ToUnixTimeSeconds());
                });
                json.WriteStartArray("resolvedDependencies");
                Commit(json);
                Descriptor(json, "uri", $"pkg:generic/dotnet-sdk@{sdk}", null, null);
                foreach (var path in Locks())
                {
                    Descriptor(json, "name", path, "sha256", FolderHash.File(Path.Combine(source.Folder, path)));
                }

                json.WriteEndArray();
            });
            json.Object("runDetails", () => json.Object("builder", () => json.WriteString("id", "urn:fluister:not-fork:build")));
        });
    }));

    private void Commit(System.Text.Json.Utf8JsonWriter json) => json.Object(() =>
    {
        json.WriteString("name", "source");
        json.Object("digest", () =>
        {
            json.WriteString("gitCommit", source.Commit);
            if (source.Tree is { } tree)
            {
                json.WriteString("gitTree", tree);
            }
        });
    });

    /// <summary>What says which sources, packages and tools of others are used, by path.</summary>
    private IEnumerable<string> Locks() =>
        Directory.EnumerateFiles(Path.Combine(source.Folder, "src"), "*.json", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) is "packages.lock.json" or "package-lock.json"
            && !path.Contains("node_modules", StringComparison.Ordinal))
        .Select(path => Path.GetRelativePath(source.Folder, path).Replace('\\', '/'))
        .Concat(["Directory.Packages.props", "deploy/base.lock", "global.json"])
        .Where(path => File.Exists(Path.Combine(source.Folder, path))).Order(StringComparer.Ordinal);

    private static void Descriptor(System.Text.Json.Utf8JsonWriter json, string key, string value, string? algorithm, string? hash) =>
        json.Object(() =>
        {
            json.WriteString(key, value);
            if (algorithm is not null)
            {
                json.Object("digest", () => json.WriteString(algorithm, hash));
            }
        });
}
