namespace Fluister.NotForking;

/// <summary>What bounds untrusted input: archives, trees, configuration.</summary>
internal static class Limits
{
    /// <summary>A configuration or modification file: 64 MiB.</summary>
    public const int ConfigurationBytes = 64 << 20;

    /// <summary>A file that is edited, and so is in memory as a whole: 256 MiB.</summary>
    public const int EditedBytes = 256 << 20;

    /// <summary>Edited files that wait in memory, all together: 24 MiB; what is more waits on disk.</summary>
    public const int HeldBytes = 24 << 20;

    /// <summary>Files of a tree: 2 million.</summary>
    public const int TreeFiles = 2_000_000;

    /// <summary>What an archive may unpack to: 16 GiB.</summary>
    public const long UnpackedBytes = 16L << 30;

    /// <summary>By how much an archive may grow when it unpacks to more than <see cref="UnpackedFreely"/>: 100 times.</summary>
    public const long UnpackedRatio = 100;

    /// <summary>What any archive may unpack to, however small it is: 64 MiB.</summary>
    public const long UnpackedFreely = 64L << 20;

    /// <summary>Compressions around an archive: 4.</summary>
    public const int ArchiveLayers = 4;

    /// <summary>Links that a link in an archive may lead through: 40.</summary>
    public const int LinkHops = 40;

    /// <summary>A file that is downloaded: 8 GiB.</summary>
    public const long DownloadBytes = 8L << 30;

    /// <summary>What another program may write for us to read: 512 MiB.</summary>
    public const int ProgramOutputBytes = 512 << 20;

    /// <summary>How long another program (a clone, a download) may run: 2 hours.</summary>
    public static readonly TimeSpan Program = TimeSpan.FromHours(2);

    /// <summary>How long one regular expression may search one file: 30 s.</summary>
    public const int SearchMilliseconds = 30_000;

    /// <summary>The same as a span of time.</summary>
    public static readonly TimeSpan Search = TimeSpan.FromMilliseconds(SearchMilliseconds);
}
