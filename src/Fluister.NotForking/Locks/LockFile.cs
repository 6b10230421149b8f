using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Locks;

/// <summary>`not-fork.d/NAME/not-fork.lock`: what was found when versions were locked. The format: docs/spec/not-fork-lock.md.</summary>
/// <remarks>Entries stay JSON: a check makes the entry anew and compares the two, so that nothing in a lock can go unchecked.</remarks>
public sealed class LockFile
{
    /// <summary>The file's name in a recipe's folder.</summary>
    public const string FileName = "not-fork.lock";

    private const string Format = "not-fork-lock/1";

    private readonly SortedDictionary<string, JsonObject> _versions = new(Utf8Order.Instance);

    private LockFile(Place place, string name) => (Place, Name) = (place, name);

    /// <summary>The file.</summary>
    public Place Place { get; }

    /// <summary>NAME.</summary>
    public string Name { get; }

    /// <summary>The versions that are locked, oldest first.</summary>
    public IReadOnlyList<string> Versions => [.. _versions.Keys.Order(VersionOrder.Instance)];

    /// <summary>The lock of a recipe, or null: it has none.</summary>
    /// <param name="input">`not-fork.d`.</param>
    /// <param name="name">NAME.</param>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static LockFile? Find(string input, string name)
    {
        var file = Path.Combine(input, name, FileName);
        return File.Exists(file) ? Read(new Place(file), name) : null;
    }

    /// <summary>A lock without versions.</summary>
    public static LockFile Empty(string input, string name) => new(new Place(Path.Combine(input, name, FileName)), name);

    /// <summary>The entry of a version, or null.</summary>
    public JsonObject? Entry(string version) => _versions.GetValueOrDefault(version);

    /// <summary>Puts an entry in a version's place.</summary>
    public void Put(string version, JsonObject entry) => _versions[version] = entry;

    /// <summary>Takes a version out.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string version) => _versions.Remove(version);

    /// <summary>Writes the file at once or not at all.</summary>
    public void Write()
    {
        var bytes = Bytes();
        var temporary = Place.File + ".new";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, Place.File, overwrite: true);
    }

    /// <summary>The file's bytes: the same for the same content.</summary>
    public byte[] Bytes()
    {
        var versions = new JsonObject(_versions.Select(version => KeyValuePair.Create(version.Key, (JsonNode?)version.Value.DeepClone())));
        var root = new JsonObject { ["format"] = Format, ["name"] = Name, ["versions"] = versions };
        var output = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
        {
            root.WriteTo(writer);
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    private static LockFile Read(Place place, string name)
    {
        try
        {
            if (new FileInfo(place.File).Length > Limits.ConfigurationBytes)
            {
                throw new NotForkException(ExitCode.Configuration, $"It is longer than {Limits.ConfigurationBytes >> 20} MiB.", place);
            }

            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            var root = JsonNode.Parse(File.ReadAllBytes(place.File), documentOptions: options) as JsonObject;
            if (root is not { Count: 3 } || root["format"]?.ToString() != Format || root["versions"] is not JsonObject versions)
            {
                throw new NotForkException(ExitCode.Configuration, $"This is not a lock of the format \"{Format}\".", place);
            }

            if (root["name"]?.ToString() != name)
            {
                throw new NotForkException(ExitCode.Verification, $"This is the lock of \"{root["name"]}\", not of \"{name}\".", place);
            }

            var file = new LockFile(place, name);
            foreach (var (version, entry) in versions)
            {
                file.Put(version, entry as JsonObject ?? throw new NotForkException(
                    ExitCode.Configuration, $"The entry of version \"{version}\" is not an object.", place));
            }

            return file;
        }
        catch (JsonException e)
        {
            throw new NotForkException(
                ExitCode.Configuration, "It is not JSON: " + e.Message, place with { Line = (int)(e.LineNumber ?? -1) + 1 }, e);
        }
    }
}
