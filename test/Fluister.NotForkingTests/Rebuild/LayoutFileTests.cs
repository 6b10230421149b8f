using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking.Rebuild.Archives;
using Fluister.NotForking.Rebuild.Images;
using TarFile = Fluister.NotForking.Rebuild.Archives.TarFile;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>Images, against what image-spec says of each part, written by hand.</summary>
public sealed class LayoutFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public void An_image_is_what_the_specification_says_down_to_its_digest()
    {
        var image = Write("x", out var digest);
        var layer = File.ReadAllBytes(_folder.Path("x.tar"));
        var configuration =
            """{"created":"2023-11-14T22:13:20Z","architecture":"amd64","os":"linux","config":{"User":"1:1"},"rootfs":""" +
            $$"""{"type":"layers","diff_ids":["sha256:{{Hash(layer)}}"]},"history":[{"created":"2023-11-14T22:13:20Z"}]}""";
        var manifest =
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":""" +
            """{"mediaType":"application/vnd.oci.image.config.v1+json",""" +
            $"\"digest\":\"sha256:{Hash(configuration)}\",\"size\":{configuration.Length}}}," +
            "\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\"," +
            $"\"digest\":\"sha256:{Hash(layer)}\",\"size\":{layer.Length}}}]}}";
        Assert.Equal($"sha256:{Hash(manifest)}", digest);
        Assert.Equal(configuration, Encoding.UTF8.GetString(image[$"blobs/sha256/{Hash(configuration)}"]));
        Assert.Equal(manifest, Encoding.UTF8.GetString(image[$"blobs/sha256/{Hash(manifest)}"]));
        Assert.Equal(layer, image[$"blobs/sha256/{Hash(layer)}"]);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", Encoding.UTF8.GetString(image["oci-layout"]));
        Assert.Contains($"\"digest\":\"{digest}\"", Encoding.UTF8.GetString(image["index.json"]), StringComparison.Ordinal);
        Assert.Equal(
            $"[{{\"Config\":\"blobs/sha256/{Hash(configuration)}\",\"RepoTags\":[\"localhost/x:1\"]," +
            $"\"Layers\":[\"blobs/sha256/{Hash(layer)}\"]}}]",
            Encoding.UTF8.GetString(image["manifest.json"]));
        Assert.Equal(digest, LayoutFile.Digest(_folder.Path("x.image.tar")));
    }

    [Fact]
    public void Two_images_of_the_same_are_the_same_bytes_and_of_another_file_are_not()
    {
        Write("x", out var first);
        var bytes = File.ReadAllBytes(_folder.Path("x.image.tar"));
        Write("x", out var second);
        Assert.Equal(first, second);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.Path("x.image.tar")));
        Write("y", out var other);
        Assert.NotEqual(first, other);
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, byte[]> Write(string content, out string digest)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        using (var layer = File.Create(_folder.Path("x.tar")))
        {
            TarFile.Write(layer, [ArchiveEntry.Of("f", Encoding.UTF8.GetBytes(content))], time);
        }

        using (var image = File.Create(_folder.Path("x.image.tar")))
        {
            digest = new LayoutFile(time)
                .Write(image, "localhost/x:1", [new FileInfo(_folder.Path("x.tar"))], json => json.WriteString("User", "1:1"));
        }

        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var stream = File.OpenRead(_folder.Path("x.image.tar"));
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            members.Add(entry.Name, bytes.ToArray());
        }

        return members;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));
}
