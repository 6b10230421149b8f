using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications.Strict;

namespace Fluister.NotForking.Modifications;

/// <summary>The methods of modification files, by name.</summary>
public static class Methods
{
    /// <summary>Reads the bodies of all modifications of a recipe.</summary>
    /// <returns>In the order in which they are to be applied: assertions last, whatever their files' names.</returns>
    /// <exception cref="NotForkException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<Modification> ReadAll(Recipe recipe) =>
        [.. recipe.Modifications.Select(file => Read(file, recipe.Dialect)).OrderBy(modification => modification.IsAssertion)];

    /// <summary>Reads the body of a modification file.</summary>
    /// <exception cref="NotForkException">There is no such method in this dialect, or the body is malformed.</exception>
    public static Modification Read(ModificationFile file, int dialect) =>
        (dialect, file.Keys.GetValueOrDefault("method")?.ToLowerInvariant()) switch
        {
            (_, null) => throw new NotForkException(ExitCode.Configuration, "The key \"method\" is missing.", file.Place),
            (0, "replace") => new Replace(file),
            (0, "append") => new Append(file),
            (0, "patch") => new Patch(file, dialect),
            (0, "fragment_patch") => new FragmentPatch(file, dialect),
            (0, "sed") => new Sed(file),
            (not 0, var method) => StrictMethods.Read(file, method) ?? throw Unknown(file, method, dialect),
            (_, var method) => throw Unknown(file, method, dialect),
        };

    private static NotForkException Unknown(ModificationFile file, string method, int dialect) => new(
        ExitCode.Configuration,
        $"Dialect {dialect} has no method \"{method}\"." +
        (dialect == 0 && StrictMethods.Names.Contains(method) ? " Write `dialect = 1` in upstream.conf to have it." : ""),
        file.Place);
}
