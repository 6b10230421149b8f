using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Configuration;

/// <summary>Reads `not-fork.d/NAME`.</summary>
public static class RecipeReader
{
    /// <summary>The file that says where sources come from.</summary>
    public const string Upstream = "upstream.conf";

    /// <summary>The file that holds its versions fast.</summary>
    public const string UpstreamLock = "upstream.lock";

    /// <summary>The names of all recipes, in the order of their bytes.</summary>
    /// <exception cref="NotForkException">There is no such folder.</exception>
    public static IReadOnlyList<string> Names(string input)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(input).Select(path => Path.GetFileName(path)!)
                .Where(name => !name.StartsWith('.')).Order(Utf8Order.Instance)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotForkException(
                ExitCode.Configuration, "There is no such folder of recipes; `--input DIR` names another.", new Place(input), e);
        }
    }

    /// <summary>Reads one recipe.</summary>
    /// <param name="input">`not-fork.d`.</param>
    /// <param name="name">NAME.</param>
    /// <param name="request">What decides its conditions.</param>
    /// <exception cref="NotForkException">It is missing or malformed.</exception>
    public static Recipe Read(string input, string name, RecipeRequest request)
    {
        if (name.Length == 0 || name[0] == '.' || name.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            throw new NotForkException(ExitCode.Usage, $"\"{name}\" is not the name of a recipe: a folder in \"{input}\".");
        }

        var folder = Path.Combine(input, name);
        var file = Path.Combine(folder, Upstream);
        var bytes = LineReader.Read(file);
        var dialect = DialectKey.Read(file, bytes);
        var locked = Path.Combine(folder, UpstreamLock);
        if (request.IsLocked && File.Exists(locked))
        {
            (file, bytes) = (locked, LineReader.Read(locked));
        }

        return new Recipe(name, folder, dialect, Blocks(file, bytes, dialect, request), Modifications(folder, dialect, request));
    }

    private static IHeaderReader Reader(
        int dialect, LineReader lines, RecipeRequest request, bool isModification,
        Dictionary<string, (Place Place, string Value)>? start = null) => dialect == 0
        ? new HeaderReader(lines, request, isModification, start) : new StrictHeaderReader(lines, request, isModification, start);

    private static List<Block> Blocks(string file, byte[] bytes, int dialect, RecipeRequest request)
    {
        var lines = new LineReader(file, bytes);
        var reader = Reader(dialect, lines, request, isModification: false);
        if (!reader.Read())
        {
            return [BlockChecks.Checked(Block(reader, new Place(file, 1)), dialect)];
        }

        var (start, blocks) = (reader.Keys, new List<Block>());
        while (!lines.IsAtEnd)
        {
            var place = lines.Place;
            reader = Reader(dialect, lines, request, isModification: false, start);
            reader.Read();
            blocks.Add(BlockChecks.Checked(Block(reader, place), dialect));
        }

        return blocks.Count > 0
            ? blocks : throw new NotForkException(ExitCode.Configuration, "After this line there must be a block's keys.", lines.Place);
    }

    private static List<ModificationFile> Modifications(string folder, int dialect, RecipeRequest request)
    {
        var names = Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!)
            .Where(name => name[0] != '.' && name.EndsWith(".mod", StringComparison.OrdinalIgnoreCase)).Order(Utf8Order.Instance);
        return [.. names.Select(name => Modification(folder, name, dialect, request)).OfType<ModificationFile>()];
    }

    /// <returns>Null: a condition of its header does not hold.</returns>
    private static ModificationFile? Modification(string folder, string name, int dialect, RecipeRequest request)
    {
        var file = Path.Combine(folder, name);
        var bytes = LineReader.Read(file);
        var lines = new LineReader(file, bytes);
        var reader = Reader(dialect, lines, request, isModification: true);
        reader.Read();
        var holds = true;
        foreach (var (key, (place, value)) in reader.Keys.Where(key => Conditions.IsName(key.Key)))
        {
            holds &= dialect > 0 ? value == ConditionParser.Holding : Conditions.Holds(key, value, request, place);
        }

        if (!holds)
        {
            return null;
        }

        if (!reader.Keys.ContainsKey("method"))
        {
            throw new NotForkException(ExitCode.Configuration, "The key \"method\" is missing.", new Place(file));
        }

        var (keys, places) = Split(reader);
        var offset = lines.Offset;
        var body = new List<(Place Place, string Text)>();
        while (lines.Next() is { } line)
        {
            body.Add((lines.Place, line.EndsWith('\n') ? line[..^1] : line));
        }

        return new ModificationFile(new Place(file), folder, keys, body, bytes) { BodyOffset = offset, Places = places };
    }

    private static Block Block(IHeaderReader reader, Place place)
    {
        var (keys, places) = Split(reader);
        return new Block(place, keys) { Places = places };
    }

    /// <summary>Keys and values as Unicode. What nobody reads need not be UTF-8.</summary>
    private static (Dictionary<string, string> Keys, Dictionary<string, Place> Places) Split(IHeaderReader reader)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var (name, (place, value)) in reader.Keys)
        {
            var key = PerlText.DecodeOrKeep(name);
            keys[key] = BlockChecks.IsKnown(key) ? PerlText.Decode(value, place) : PerlText.DecodeOrKeep(value);
            places[key] = place;
        }

        return (keys, places);
    }
}
