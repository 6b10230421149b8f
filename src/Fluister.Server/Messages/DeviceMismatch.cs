namespace Fluister.Server.Messages;

/// <summary>How the devices that a sender knows differ from those that an account has.</summary>
/// <param name="Missing">Not known to the sender.</param>
/// <param name="Extra">Not there, or not there any more.</param>
/// <param name="Stale">Registered anew since the sender knew them.</param>
internal sealed record DeviceMismatch(IReadOnlyList<int> Missing, IReadOnlyList<int> Extra, IReadOnlyList<int> Stale);
