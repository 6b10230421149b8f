namespace Fluister.Client;

internal static partial class ClientLimits
{
    /// <summary>Messages whose time is over that one transaction removes. Ours.</summary>
    public const int ExpiredAtOnce = 100;

    /// <summary>Files that are removed between two transactions. Ours.</summary>
    public const int FilesRemovedAtOnce = 100;

    /// <summary>How long to sleep at most before looking for messages whose time is over: the clock may have been set, and a computer
    /// may have been suspended. Ours.</summary>
    public static readonly TimeSpan ExpiryLook = TimeSpan.FromMinutes(1);
}
