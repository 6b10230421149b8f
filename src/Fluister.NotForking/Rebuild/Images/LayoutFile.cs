using System.Security.Cryptography;
using System.Text.Json;
using Fluister.NotForking.Rebuild.Archives;
using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForking.Rebuild.Images;

/// <summary>
/// An image as an OCI layout in a tar file (image-spec 1.1), with the manifest.json beside it that `docker load` reads. The digest of the
/// manifest names the image.
/// </summary>
/// <param name="time">The time of all.</param>
internal sealed class LayoutFile(DateTimeOffset time)
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigurationType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    private readonly List<ArchiveEntry> _blobs = [];

    /// <summary>Writes an image.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="name">"localhost/fluister:0.1.0".</param>
    /// <param name="layers">Tar files, the lowest first.</param>
    /// <param name="settings">What the configuration says beside times and layers: of image-spec's config.md "config".</param>
    /// <returns>The digest: "sha256:...".</returns>
    public string Write(Stream output, string name, IReadOnlyList<FileInfo> layers, Action<Utf8JsonWriter> settings)
    {
        var blobs = layers.Select(layer => Layer(layer)).ToList();
        var created = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var configuration = Blob(ConfigurationType, JsonText.WriteCompact(json => json.Object(() =>
        {
            json.WriteString("created", created);
            json.WriteString("architecture", "amd64");
            json.WriteString("os", "linux");
            json.Object("config", () => settings(json));
            json.Object("rootfs", () =>
            {
                json.WriteString("type", "layers");
                json.Array("diff_ids", blobs, layer => json.WriteStringValue(layer.Digest));
            });
            json.Array("history", blobs, _ => json.Object(() => json.WriteString("created", created)));
        })));
        var manifest = Blob(ManifestType, JsonText.WriteCompact(json => json.Object(() =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", ManifestType);
            json.Object("config", () => Write(json, configuration));
            json.Array("layers", blobs, layer => json.Object(() => Write(json, layer)));
        })));
        var index = JsonText.WriteCompact(json => json.Object(() =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", "application/vnd.oci.image.index.v1+json");
            json.Array("manifests", [manifest], blob => json.Object(() =>
            {
                Write(json, blob);
                json.Object("annotations", () =>
                {
                    json.WriteString("io.containerd.image.name", name);
                    json.WriteString("org.opencontainers.image.ref.name", name[(name.LastIndexOf(':') + 1)..]);
                });
            }));
        }));
        var docker = JsonText.WriteCompact(json =>
        {
            json.WriteStartArray();
            json.Object(() =>
            {
                json.WriteString("Config", configuration.Path);
                json.Array("RepoTags", [name], json.WriteStringValue);
                json.Array("Layers", blobs, layer => json.WriteStringValue(layer.Path));
            });
            json.WriteEndArray();
        });
        TarFile.Write(
            output,
            [
                ArchiveEntry.Folder("blobs"), ArchiveEntry.Folder("blobs/sha256"), .. _blobs.DistinctBy(blob => blob.Path),
                ArchiveEntry.Of("index.json", index), ArchiveEntry.Of("manifest.json", docker),
                ArchiveEntry.Of("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()),
            ],
            time);
        return manifest.Digest;
    }

    /// <summary>The digest of an image that was written here.</summary>
    public static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        using var reader = new System.Formats.Tar.TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == "index.json")
            {
                using var index = JsonDocument.Parse(entry.DataStream!);
                return index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
            }
        }

        throw new NotForkException(ExitCode.Verification, "It is no OCI layout: index.json is missing.", new Place(file));
    }

    private BlobDescriptor Blob(string type, byte[] bytes)
    {
        var blob = new BlobDescriptor(type, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
        _blobs.Add(ArchiveEntry.Of(blob.Path, bytes));
        return blob;
    }

    private BlobDescriptor Layer(FileInfo file)
    {
        var blob = new BlobDescriptor(LayerType, FolderHash.File(file.FullName), file.Length);
        _blobs.Add(ArchiveEntry.Of(blob.Path, file));
        return blob;
    }

    private static void Write(Utf8JsonWriter json, BlobDescriptor blob)
    {
        json.WriteString("mediaType", blob.Type);
        json.WriteString("digest", blob.Digest);
        json.WriteNumber("size", blob.Size);
    }

    private sealed record BlobDescriptor(string Type, string Hash, long Size)
    {
        public string Digest => $"sha256:{Hash}";

        public string Path => $"blobs/sha256/{Hash}";
    }
}
