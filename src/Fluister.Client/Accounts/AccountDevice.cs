namespace Fluister.Client.Accounts;

/// <summary>A device of the account.</summary>
/// <param name="Id">1 for the primary.</param>
/// <param name="Name">What it is called; null where it has no name, or one that this account did not encrypt.</param>
/// <param name="Created">When it was linked; null where that cannot be read.</param>
/// <param name="LastSeen">The day that it was last connected.</param>
/// <param name="IsThis">Whether it is the device that asks.</param>
public sealed record AccountDevice(int Id, string? Name, DateTimeOffset? Created, DateTimeOffset LastSeen, bool IsThis);
