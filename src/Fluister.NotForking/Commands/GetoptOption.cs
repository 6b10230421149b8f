namespace Fluister.NotForking.Commands;

/// <summary>An option of a command line.</summary>
/// <param name="Names">Its names without dashes; those of one letter are for "-".</param>
/// <param name="Kind">What follows it.</param>
/// <param name="Set">Takes its value, or "".</param>
internal sealed record GetoptOption(string[] Names, GetoptKind Kind, Action<string> Set);

/// <summary>What follows an option.</summary>
internal enum GetoptKind
{
    /// <summary>Nothing.</summary>
    Flag,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,
}
