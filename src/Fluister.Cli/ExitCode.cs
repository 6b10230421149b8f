using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Engines;

namespace Fluister.Cli;

/// <summary>What the program tells the shell; documented in docs/COMMANDS.md.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int NothingFound = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int WrongKey = 4;
    public const int Damaged = 5;
    public const int Denied = 6;
    public const int Unsupported = 7;
    public const int QuotesOnly = 8;
    public const int Unreachable = 9;
    public const int Refused = 10;
    public const int Untrusted = 11;
    public const int Later = 12;
    public const int InUse = 13;
    public const int Bug = 70;
    public const int Cancelled = 130;

    /// <summary>The code for bad input.</summary>
    public static int For(ArchiveError error) => error switch
    {
        ArchiveError.NotFound => NotFound,
        ArchiveError.WrongKey => WrongKey,
        ArchiveError.Damaged => Damaged,
        ArchiveError.Denied => Denied,
        _ => Unsupported,
    };

    /// <summary>The code for what an engine could not do.</summary>
    public static int For(EngineError error) => error switch
    {
        EngineError.NotFound => NotFound,
        EngineError.BadModel or EngineError.BadLibrary => Damaged,
        EngineError.NotAllowed => Denied,
        _ => Unsupported,
    };

    /// <summary>The code for what the client could not do.</summary>
    public static int For(ClientError error) => error switch
    {
        ClientError.NotFound => NotFound,
        ClientError.BadInput => Usage,
        ClientError.Unreachable => Unreachable,
        ClientError.UntrustedServer or ClientError.UntrustedIdentity => Untrusted,
        ClientError.Unlinked or ClientError.Refused => Refused,
        ClientError.RateLimited or ClientError.Challenged => Later,
        ClientError.InUse => InUse,
        _ => Damaged,
    };
}
