using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications;

/// <summary>`$LUMO_VERSION` and `$LUMO_COMMIT_ID` in what dialect 0 puts into files.</summary>
internal static partial class LumoVariables
{
    /// <summary>Puts their values in; another `$LUMO_...`, or one that has no value, becomes nothing.</summary>
    public static string Expand(string text, ModificationRun run) => Variable().Replace(text, match => match.Groups[1].Value switch
    {
        "LUMO_VERSION" => run.Version,
        "LUMO_COMMIT_ID" => run.Commit,
        _ => null,
    } is { } value and not "0" ? value : "");

    [GeneratedRegex(@"\$(LUMO_\w+)", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Variable();
}
