namespace Fluister.Server.PreKeys;

/// <summary>What somebody took of a device to begin a session with it.</summary>
internal sealed record TakenKeys(PublishedKey Signed, PublishedKey? OneTime, PublishedKey Kem);
