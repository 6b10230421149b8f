using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications;

/// <summary>The values of a network descriptor: one JSON object, flat (`"chat.host": ...`) or nested (`"chat": {"host": ...}`).</summary>
public sealed partial class Parameters
{
    /// <summary>No values.</summary>
    public static readonly Parameters None = new(default, new Place("network descriptor"));

    private readonly JsonElement _root;
    private readonly Place _place;

    private Parameters(JsonElement root, Place place) => (_root, _place) = (root, place);

    /// <summary>The SHA-256 of the descriptor's bytes, in lower hex: what a lock has; null without a descriptor.</summary>
    public string? Sha256 { get; private init; }

    /// <summary>The folder that files which it names lie in.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(_place.File))!;

    /// <summary>Reads a descriptor.</summary>
    /// <param name="file">A file with one JSON object; comments and trailing commas are tolerated, a key that occurs twice is not.</param>
    /// <exception cref="NotForkException">It is missing, too long or no such object.</exception>
    public static Parameters Read(string file)
    {
        var place = new Place(file);
        try
        {
            if (new FileInfo(file).Length > Limits.ConfigurationBytes)
            {
                throw new NotForkException(ExitCode.Configuration, $"It is longer than {Limits.ConfigurationBytes >> 20} MiB.", place);
            }

            return Parse(File.ReadAllBytes(file), place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotForkException(ExitCode.Configuration, "The network descriptor cannot be read: " + e.Message, place, e);
        }
    }

    /// <summary>Takes a descriptor's bytes.</summary>
    public static Parameters Parse(ReadOnlyMemory<byte> json, Place place)
    {
        var options = new JsonDocumentOptions
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
        };
        try
        {
            using var document = JsonDocument.Parse(json, options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Parameters(document.RootElement.Clone(), place) { Sha256 = Convert.ToHexStringLower(SHA256.HashData(json.Span)) }
                : throw new NotForkException(ExitCode.Configuration, "A network descriptor is one JSON object.", place);
        }
        catch (JsonException e)
        {
            throw new NotForkException(
                ExitCode.Configuration, "The network descriptor is not JSON: " +
                    e.Message, place with { Line = (int)(e.LineNumber ?? -1) + 1 }, e);
        }
    }

    /// <summary>The value of a name: a key as it stands, or a way through objects and arrays ("chat.hosts[0]"); null: none.</summary>
    public JsonElement? Find(string name)
    {
        if (_root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return Find(_root, name) is { ValueKind: not JsonValueKind.Null } found ? found : null;
    }

    /// <summary>Whether a value is there and says something: not null, false, an empty text, list or object.</summary>
    public bool Holds(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.GetPropertyCount() > 0,
        _ => true,
    };

    /// <summary>The names of all scalars and lists, for a sentence about one that is missing.</summary>
    public IEnumerable<string> Names() => _root.ValueKind == JsonValueKind.Object ? Names(_root, "") : [];

    private static JsonElement? Find(JsonElement value, string name)
    {
        if (name.Length == 0)
        {
            return value;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return Index().Match(name) is { Success: true } index && int.TryParse(index.Groups["index"].ValueSpan, out var at) &&
                at < value.GetArrayLength() ? Find(value[at], name[index.Length..].TrimStart('.')) : null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // The longest key first: "a.b" may be one key, or a key in an object.
        for (var length = name.Length; length > 0; length = name.LastIndexOfAny(['.', '['], length - 1))
        {
            if (value.TryGetProperty(name[..length], out var member) &&
                Find(member, name[length..] is ['.', .. var rest] ? rest : name[length..]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static IEnumerable<string> Names(JsonElement value, string prefix) => value.EnumerateObject().SelectMany(
        member => member.Value.ValueKind == JsonValueKind.Object ? Names(member.Value, prefix + member.Name + ".")
            : [prefix + member.Name]);

    [GeneratedRegex(@"^\[(?<index>[0-9]{1,9})\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Index();
}
