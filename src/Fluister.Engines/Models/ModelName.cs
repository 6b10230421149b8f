using System.Text;

namespace Fluister.Engines.Models;

/// <summary>Names of models: they are folders on every system, and need no quotes in any shell.</summary>
internal static class ModelName
{
    private const int Longest = 64;

    /// <summary>Letters and digits of ASCII, and ". _ -" within.</summary>
    public static bool IsGood(string name) =>
        name.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(name[0]) && name[^1] != '.' && name.All(IsGood);

    /// <summary>The name that was asked for, or one made of a file's.</summary>
    /// <exception cref="EngineException">That is no name.</exception>
    public static string Choose(string? asked, string path)
    {
        if (asked is not null)
        {
            return IsGood(asked) ? asked : throw new EngineException(EngineError.NotAllowed,
                $"\"{asked}\" cannot be the name of a model: letters, digits, \".\", \"_\" and \"-\" can, up to {Longest} of them.");
        }

        var name = new StringBuilder();
        foreach (var c in Path.GetFileNameWithoutExtension(path))
        {
            name.Append(IsGood(c) ? c : '-');
        }

        var made = name.ToString().Trim('.', '_', '-');
        made = made[..Math.Min(made.Length, Longest)].TrimEnd('.');
        return IsGood(made) ? made : "model";
    }

    private static bool IsGood(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
