namespace Fluister.NotForking;

/// <summary>What bounds untrusted input: archives, trees, configuration.</summary>
internal static class Limits
{
    /// <summary>A configuration or modification file: 64 MiB.</summary>
    public const int ConfigurationBytes = 64 << 20;

    /// <summary>A file that is edited, and so is in memory as a whole: 256 MiB.</summary>
    public const int EditedBytes = 256 << 20;

    /// <summary>Files of a tree: 2 million.</summary>
    public const int TreeFiles = 2_000_000;

    /// <summary>What an archive may unpack to: 16 GiB.</summary>
    public const long UnpackedBytes = 16L << 30;

    /// <summary>What another program may write for us to read: 512 MiB.</summary>
    public const int ProgramOutputBytes = 512 << 20;

    /// <summary>How long another program (a clone, a download) may run: 2 hours.</summary>
    public static readonly TimeSpan Program = TimeSpan.FromHours(2);

    /// <summary>How long one regular expression may search one file: 30 s.</summary>
    public static readonly TimeSpan Search = TimeSpan.FromSeconds(30);
}
