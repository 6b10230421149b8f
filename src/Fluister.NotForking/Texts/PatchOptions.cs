namespace Fluister.NotForking.Texts;

/// <summary>How patches are read and applied: the options of the program patch that are understood.</summary>
internal sealed record PatchOptions
{
    /// <summary>Dialect 1: exact context, each hunk wherever it fits nearest to its line.</summary>
    public static readonly PatchOptions Strict = new() { MaxFuzz = 0, Forward = true };

    /// <summary>-p: how many leading folders names lose; null: all of them.</summary>
    public int? Strip { get; init; } = 1;

    /// <summary>-F: how many lines of context may be left out at each end.</summary>
    public int MaxFuzz { get; init; } = 2;

    /// <summary>-N: a patch that was already applied is not undone.</summary>
    public bool Forward { get; init; }

    /// <summary>-t: questions are not asked; a patch that was already applied is undone.</summary>
    public bool Batch { get; init; }

    /// <summary>-f: whether a patch was already applied is not looked at.</summary>
    public bool Force { get; init; }

    /// <summary>-R: patches are undone.</summary>
    public bool Reverse { get; init; }

    /// <summary>-l: runs of blanks are equal, and blanks at line ends do not count.</summary>
    public bool IgnoreBlanks { get; init; }

    /// <summary>--binary: carriage returns of a patch are kept, also where its headers have them.</summary>
    public bool Binary { get; init; }

    /// <summary>-c, -n, -u: 'c' context, 'n' normal, 'u' unified; null: what it looks like.</summary>
    public char? Format { get; init; }
}
