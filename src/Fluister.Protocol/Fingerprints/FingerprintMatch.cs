namespace Fluister.Protocol.Fingerprints;

/// <summary>What a scanned fingerprint says about one's own view of a conversation.</summary>
public enum FingerprintMatch
{
    /// <summary>Both sides see the same two identities.</summary>
    Same,

    /// <summary>At least one side sees another identity: someone may stand between.</summary>
    Different,

    /// <summary>Their client makes fingerprints of an older version; nothing was compared.</summary>
    TheirsOlder,

    /// <summary>Their client makes fingerprints of a newer version; nothing was compared.</summary>
    TheirsNewer,
}
