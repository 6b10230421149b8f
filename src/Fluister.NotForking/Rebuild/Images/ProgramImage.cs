using System.Text.Json;
using Fluister.NotForking.Rebuild.Archives;
using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForking.Rebuild.Images;

/// <summary>A program for containers: the base layer and the program's own; it says what deploy/Containerfile says.</summary>
/// <param name="source">What is built.</param>
/// <param name="artifact">The image.</param>
internal sealed class ProgramImage(Source source, Artifact artifact)
{
    /// <summary>Where packages of Debian are kept between builds.</summary>
    public static string Cache => Environment.GetEnvironmentVariable("FLUISTER_PACKAGES") ??
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "fluister", "packages");

    private bool IsServer => artifact.Program == "fluister-server";

    /// <summary>Writes the image.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="program">The published program.</param>
    /// <returns>The image's digest.</returns>
    public string Write(Stream output, string program)
    {
        var below = BaseLayer.Of(PackageLock.Read(Path.Combine(source.Folder, "deploy", "base.lock")), new PackageCache(Cache));
        var path = $"opt/{artifact.Program}";
        IEnumerable<ArchiveEntry> above = [ArchiveEntry.Folder("opt"), .. ProgramFiles.Of(program, artifact.Program, path)];
        return new LayoutFile(source.Time).Write(
            output, $"localhost/{artifact.Program}:{source.Version}",
            [
                Layer("base", below, DateTimeOffset.UnixEpoch),
                Layer(artifact.Program, IsServer ? above.Append(ArchiveEntry.Folder("data")) : above, source.Time),
            ],
            json => Configure(json, $"/{path}/{artifact.Program}"));
    }

    private FileInfo Layer(string name, IEnumerable<ArchiveEntry> entries, DateTimeOffset time)
    {
        var file = new FileInfo(Path.Combine(source.Folder, "artifacts", "release", $"{name}.layer.tar"));
        using (var stream = file.Create())
        {
            TarFile.Write(stream, entries, time);
        }

        file.Refresh();
        return file;
    }

    private void Configure(Utf8JsonWriter json, string program)
    {
        json.WriteString("User", "10001:10001");
        if (IsServer)
        {
            json.Object("ExposedPorts", () => json.Object("8443/tcp", () => { }));
        }

        // No diagnostics port; all that the server writes goes to the folder that is mounted at /data.
        IEnumerable<string> variables = ["DOTNET_EnableDiagnostics=0", "HOME=/tmp", .. IsServer ? (string[])["FLUISTER_DATA=/data"] : []];
        json.Array("Env", variables, json.WriteStringValue);
        json.Array("Entrypoint", [program], json.WriteStringValue);
        if (IsServer)
        {
            json.Array("Cmd", ["serve"], json.WriteStringValue);
        }

        json.WriteString("WorkingDir", "/");
        json.Object("Labels", () =>
        {
            json.WriteString("org.opencontainers.image.licenses", "AGPL-3.0-only");
            json.WriteString("org.opencontainers.image.title", artifact.Program);
            json.WriteString("org.opencontainers.image.version", source.Version);
        });

        // Docker's own member; others pass over it. Times are in nanoseconds.
        json.Object("Healthcheck", () =>
        {
            json.Array("Test", ["CMD", program, .. IsServer ? (string[])["health"] : ["engine", "check"]], json.WriteStringValue);
            json.WriteNumber("Interval", 30_000_000_000);
            json.WriteNumber("Timeout", 30_000_000_000);
            json.WriteNumber("StartPeriod", 60_000_000_000);
            json.WriteNumber("Retries", 3);
        });
    }
}
