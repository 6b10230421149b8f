namespace Fluister.Server.Invites;

/// <summary>An invite as the operator sees it.</summary>
internal sealed record ListedInvite(Invite Invite, bool IsRevoked);
