namespace Fluister.Server.Operations;

/// <summary>What the program tells the shell: the codes of docs/COMMANDS.md, as far as a server has them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The doctor found something to do.</summary>
    public const int Ailing = 1;

    /// <summary>The command line or the settings are wrong.</summary>
    public const int Usage = 2;

    /// <summary>No such folder, file, account or invite.</summary>
    public const int NotFound = 3;

    /// <summary>Damaged: a file that is not what it should be.</summary>
    public const int Damaged = 5;

    /// <summary>The system refused: permissions, a full disk, a port that is taken, a file that is there already.</summary>
    public const int Denied = 6;

    /// <summary>A form that this version does not know.</summary>
    public const int Unsupported = 7;

    /// <summary>The disk is full, or fails. Not among those after which a service manager leaves it at that: starting again may help, and
    /// after a failure it must not go on without.</summary>
    public const int Disk = 9;

    /// <summary>Another server shows what is not to be trusted: another key, or an old descriptor.</summary>
    public const int Untrusted = 11;

    /// <summary>Another server is not reached now.</summary>
    public const int Unreached = 12;

    /// <summary>A bug.</summary>
    public const int Bug = 70;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Cancelled = 130;
}
