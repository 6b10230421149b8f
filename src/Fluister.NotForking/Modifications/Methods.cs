using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications;

/// <summary>The methods of modification files, by name.</summary>
public static class Methods
{
    /// <summary>Reads the body of a modification file.</summary>
    /// <exception cref="NotForkException">There is no such method in this dialect, or the body is malformed.</exception>
    public static Modification Read(ModificationFile file, int dialect) => file.Keys.GetValueOrDefault("method")?.ToLowerInvariant() switch
    {
        "replace" => new Replace(file),
        "append" => new Append(file),
        "patch" => new Patch(file, dialect),
        "fragment_patch" => new FragmentPatch(file, dialect),
        "sed" => new Sed(file),
        null => throw new NotForkException(ExitCode.Configuration, "The key \"method\" is missing.", file.Place),
        var other => throw new NotForkException(ExitCode.Configuration, $"Dialect {dialect} has no method \"{other}\".", file.Place),
    };
}
