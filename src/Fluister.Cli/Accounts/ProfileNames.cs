using Fluister.Protocol.Profiles;

namespace Fluister.Cli.Accounts;

/// <summary>Names as they are typed: a given name, and a family name after a comma.</summary>
internal static class ProfileNames
{
    /// <summary>Reads one.</summary>
    public static ProfileName Parse(string typed)
    {
        var parts = typed.Split(',', 2, StringSplitOptions.TrimEntries);
        return parts[0].Length == 0 ? throw new UsageException("A profile has a name; give at least a given name.")
            : new ProfileName(parts[0], parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null);
    }

    /// <summary>As people read it.</summary>
    public static string Text(ProfileName name) => name.Family is { Length: > 0 } family ? $"{name.Given} {family}" : name.Given;
}
