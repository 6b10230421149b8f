namespace Fluister.Server.Accounts;

/// <summary>A device of an account.</summary>
internal sealed record Device
{
    /// <summary>The primary's id.</summary>
    public const int Primary = 1;

    /// <summary>The highest id that there can be, as Signal's.</summary>
    public const int Most = 127;

    /// <summary>1 for the primary, more for linked ones.</summary>
    public required int Id { get; init; }

    /// <summary>What its password is checked against.</summary>
    public required PasswordHash Password { get; init; }

    /// <summary>The number that it drew for the account's id.</summary>
    public required int RegistrationId { get; init; }

    /// <summary>The number that it drew for the number's id.</summary>
    public int? PniRegistrationId { get; init; }

    /// <summary>Its name, encrypted by the account.</summary>
    public byte[]? Name { get; init; }

    /// <summary>What it can do, by Signal's names.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>When it was registered or linked.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The day on which it was last seen; no finer, on purpose.</summary>
    public required DateTimeOffset LastSeenDay { get; init; }

    /// <summary>Whether it is the primary.</summary>
    public bool IsPrimary => Id == Primary;
}
