namespace Fluister.Server.Usernames;

/// <summary>What became of a username that was to be taken.</summary>
internal abstract record UsernameOutcome
{
    /// <summary>It is the account's.</summary>
    public sealed record Taken(byte[] Hash, Guid? Link) : UsernameOutcome;

    /// <summary>It was not reserved by the account, or not lately.</summary>
    public sealed record NotReserved : UsernameOutcome;

    /// <summary>Somebody else has it.</summary>
    public sealed record Unavailable : UsernameOutcome;
}
