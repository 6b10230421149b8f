namespace Fluister.NotForking;

/// <summary>How the program ends, and why.</summary>
public enum ExitCode
{
    /// <summary>All was done.</summary>
    Done = 0,

    /// <summary>The command line is wrong.</summary>
    Usage = 1,

    /// <summary>A configuration or modification file is wrong.</summary>
    Configuration = 2,

    /// <summary>An upstream could not be had.</summary>
    Fetch = 3,

    /// <summary>Something is not what its hash, lock or signature says.</summary>
    Verification = 4,

    /// <summary>A modification does not fit the upstream version.</summary>
    Drift = 5,

    /// <summary>An assertion of a recipe does not hold.</summary>
    Assertion = 6,

    /// <summary>The output holds what this program did not write, or that somebody changed.</summary>
    OutputGuard = 7,

    /// <summary>The computer refuses: no space, no permission.</summary>
    System = 8,
}
