using System.Globalization;
using System.Security.Cryptography;

namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>sbom.cdx.json: what of others is in a release, as CycloneDX 1.6, with the hashes of the lock files.</summary>
/// <param name="source">What is released.</param>
/// <param name="packages">NuGet's folder of packages.</param>
/// <param name="packs">Folders in there of the runtimes that came along.</param>
internal sealed class Sbom(Source source, string packages, IEnumerable<string> packs)
{
    /// <summary>Writes it. Its serial number follows from the rest of it.</summary>
    public byte[] Write()
    {
        var components = new LockFiles(source.Folder).Read(packages, packs);
        var serial = SHA256.HashData(Write(components, Guid.Empty))[..16];
        serial[6] = (byte)(serial[6] & 0x0F | 0x80);
        serial[8] = (byte)(serial[8] & 0x3F | 0x80);
        return Write(components, new Guid(serial, bigEndian: true));
    }

    private byte[] Write(IReadOnlyList<Component> components, Guid serial) => JsonText.Write(json => json.Object(() =>
    {
        var self = $"pkg:generic/fluister@{source.Version}";
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{serial}");
        json.WriteNumber("version", 1);
        json.Object("metadata", () =>
        {
            json.WriteString("timestamp", source.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            json.Object("component", () =>
            {
                json.WriteString("type", "application");
                json.WriteString("bom-ref", self);
                json.WriteString("name", "fluister");
                json.WriteString("version", source.Version);
                json.Array("licenses", ["AGPL-3.0-only"],
                    id => json.Object(() => json.Object("license", () => json.WriteString("id", id))));
                json.WriteString("purl", self);
            });
        });
        json.Array("components", components, component => json.Object(() =>
        {
            json.WriteString("type", "library");
            json.WriteString("bom-ref", component.Purl);
            json.WriteString("name", component.Name);
            json.WriteString("version", component.Version);
            json.WriteString("scope", component.IsShipped ? "required" : "excluded");
            json.Array("hashes", [component.Hash], hash => json.Object(() =>
            {
                json.WriteString("alg", component.Algorithm);
                json.WriteString("content", hash);
            }));
            json.WriteString("purl", component.Purl);
        }));

        // What nothing else here depends on, we do.
        var used = components.SelectMany(component => component.DependsOn).ToHashSet(StringComparer.Ordinal);
        var ours = components.Select(component => component.Purl).Where(purl => !used.Contains(purl));
        json.Array("dependencies", components.Select(component => (component.Purl, component.DependsOn)).Prepend((self, [.. ours])), pair =>
            json.Object(() =>
            {
                json.WriteString("ref", pair.Item1);
                json.Array("dependsOn", pair.Item2, json.WriteStringValue);
            }));
    }));
}
