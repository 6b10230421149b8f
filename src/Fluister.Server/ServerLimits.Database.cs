namespace Fluister.Server;

// The database, and what is held in memory of it. All of these are ours.
internal static partial class ServerLimits
{
    /// <summary>Most pieces of work that wait for the writer of the database; more are answered with 503.</summary>
    public const int WaitingWrites = 16 * 1024;

    /// <summary>Bytes of messages that wait for the writer from which on more are answered with 503: 64 MiB.</summary>
    public const int WaitingBytes = 64 * 1024 * 1024;

    /// <summary>Most pieces of work that one commit takes.</summary>
    public const int WritesPerCommit = 1024;

    /// <summary>Most acknowledgements, of all mailboxes, that one commit takes out.</summary>
    public const int Acknowledgements = 4096;

    /// <summary>After how many written pages (4 KiB each) the log is taken over into the database, beside the writer: 4 MiB.</summary>
    public const int CheckpointPages = 1024;

    /// <summary>Pages of the log at which the writer itself takes over what is left, so that the log begins anew: 32 MiB. Only one who
    /// reads for long makes it larger.</summary>
    public const int LogPages = 8192;

    /// <summary>Most accounts that are held in memory, with their devices: twice this many; and ids that nobody has.</summary>
    public const int CachedAccounts = 20_000;

    /// <summary>Most mailboxes whose number and contents are held in memory; beyond, they are looked up anew.</summary>
    public const int CountedMailboxes = 100_000;

    /// <summary>How many places in the order of letters are set aside with one write: what a restart skips at most.</summary>
    public const int PlacesAtOnce = 65_536;

    /// <summary>How long a database is tried to be opened that another program has: 20 seconds.</summary>
    public static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(20);

    /// <summary>How long it is between tries: a tenth of a second.</summary>
    public static readonly TimeSpan OpenRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>How long acknowledgements wait for messages to be committed with.</summary>
    public static readonly TimeSpan CommitDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>How long it may take until the server notices what another program, such as the operator's commands, has written while
    /// nothing else is written: a second.</summary>
    public static readonly TimeSpan OtherProgramsWrites = TimeSpan.FromSeconds(1);
}
