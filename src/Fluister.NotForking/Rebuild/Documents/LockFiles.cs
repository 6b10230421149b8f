using System.Text.Json;
using System.Xml.Linq;

namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>What the lock files of the programs and libraries name: NuGet's, npm's and Debian's.</summary>
/// <param name="root">The sources.</param>
internal sealed class LockFiles(string root)
{
    /// <summary>All packages, each once, by the order of their URLs.</summary>
    /// <param name="packages">NuGet's folder of packages.</param>
    /// <param name="packs">Folders in there of the runtimes that came along.</param>
    public IReadOnlyList<Component> Read(string packages, IEnumerable<string> packs)
    {
        var found = new Dictionary<string, Component>(StringComparer.Ordinal);
        var tools = Tools();
        foreach (var path in Below("packages.lock.json"))
        {
            foreach (var component in NuGet(path, tools))
            {
                found.TryAdd(component.Purl, component);
            }
        }

        foreach (var component in Below("package-lock.json").SelectMany(Npm).Concat(packs.Select(pack => Pack(packages, pack)))
            .Concat(Debian()))
        {
            found.TryAdd(component.Purl, component);
        }

        return [.. found.Values.OrderBy(component => component.Purl, StringComparer.Ordinal)];
    }

    private IEnumerable<string> Below(string name) => Directory.GetFiles(Path.Combine(root, "src"), name, SearchOption.AllDirectories)
        .Where(path => !path.Contains("node_modules", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Packages that only compilers use: "PrivateAssets" is "all" in every project.</summary>
    private HashSet<string> Tools() => [.. Directory.GetFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Append(Path.Combine(root, "Directory.Build.props"))
        .SelectMany(path => XDocument.Load(path).Descendants("PackageReference"))
        .Where(reference => string.Equals((string?)reference.Attribute("PrivateAssets"), "all", StringComparison.OrdinalIgnoreCase))
        .Select(reference => (string?)reference.Attribute("Include") ?? "")];

    private static List<Component> NuGet(string path, HashSet<string> tools)
    {
        List<Component> components = [];
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var target in json.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            foreach (var package in target.Value.EnumerateObject().Where(package => package.Value.TryGetProperty("contentHash", out _)))
            {
                var version = package.Value.GetProperty("resolved").GetString()!;
                List<string> dependsOn = [];
                if (package.Value.TryGetProperty("dependencies", out var dependencies))
                {
                    // The lock says which version each of them came to.
                    dependsOn.AddRange(dependencies.EnumerateObject()
                        .Where(other => target.Value.TryGetProperty(other.Name, out var there) && there.TryGetProperty("resolved", out _))
                        .Select(other => Purl(
                            "nuget", other.Name, target.Value.GetProperty(other.Name).GetProperty("resolved").GetString()!))
                        .Order(StringComparer.Ordinal));
                }

                components.Add(new Component(
                    Purl("nuget", package.Name, version), package.Name, version, "SHA-512",
                    Hex(package.Value.GetProperty("contentHash").GetString()!), !tools.Contains(package.Name), dependsOn));
            }
        }

        return components;
    }

    private static List<Component> Npm(string path)
    {
        List<Component> components = [];
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var package in json.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0))
        {
            if (Allows(package.Value, "os", "linux") && Allows(package.Value, "cpu", "x64")
                && package.Value.GetProperty("integrity").GetString()!.Split('-', 2) is ["sha512", var hash])
            {
                var name = package.Name[(package.Name.LastIndexOf("node_modules/", StringComparison.Ordinal) + "node_modules/".Length)..];
                var version = package.Value.GetProperty("version").GetString()!;
                components.Add(new Component(Purl("npm", name, version), name, version, "SHA-512", Hex(hash), true, []));
            }
        }

        return components;
    }

    private static bool Allows(JsonElement package, string key, string value) =>
        !package.TryGetProperty(key, out var allowed) || allowed.EnumerateArray().Any(item => item.GetString() == value);

    private static Component Pack(string packages, string folder)
    {
        var (name, version) = (Path.GetFileName(Path.GetDirectoryName(folder))!, Path.GetFileName(folder));
        var hash = File.ReadAllText(Path.Combine(packages, name, version, $"{name}.{version}.nupkg.sha512")).Trim();
        return new Component(Purl("nuget", name, version), name, version, "SHA-512", Hex(hash), true, []);
    }

    private IEnumerable<Component> Debian()
    {
        var path = Path.Combine(root, "deploy", "base.lock");
        return File.Exists(path)
            ? File.ReadLines(path).Select(line => line.Split(' ')).Where(fields => fields is [not "#" and not "base.tar", _, _, _, _])
                .Select(fields => new Component(
                    $"{Purl("deb/debian", fields[0], fields[1])}?arch={fields[2]}&distro=debian-12", fields[0], fields[1], "SHA-256",
                        fields[4], true, []))
            : [];
    }

    private static string Purl(string kind, string name, string version) =>
        $"pkg:{kind}/{Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal)}@{Uri.EscapeDataString(version)}";

    private static string Hex(string base64) => Convert.ToHexStringLower(Convert.FromBase64String(base64));
}
