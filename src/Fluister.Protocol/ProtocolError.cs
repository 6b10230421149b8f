namespace Fluister.Protocol;

/// <summary>What was wrong with bytes from outside, or with what the caller holds for them: a closed set.</summary>
public enum ProtocolError
{
    /// <summary>The bytes are not what they claim to be: a field is missing, too long or of the wrong form.</summary>
    Malformed,

    /// <summary>A message, certificate or record of a version that is no longer accepted.</summary>
    LegacyVersion,

    /// <summary>A message, certificate or record of a version that this code does not know.</summary>
    UnknownVersion,

    /// <summary>A public key with an unknown type byte, of the wrong length, or of small order.</summary>
    BadKey,

    /// <summary>A signature that the stated key did not make.</summary>
    BadSignature,

    /// <summary>Not authentic, or encrypted for someone else: the MAC or the tag does not fit.</summary>
    NotAuthentic,

    /// <summary>The message was decrypted before; its key is gone.</summary>
    Duplicate,

    /// <summary>The message lies further ahead than keys are derived for (<see cref="Limits.ForwardJumps"/>).</summary>
    TooFarAhead,

    /// <summary>The message is so old that its key was dropped (<see cref="Limits.MessageKeys"/>,
    /// <see cref="Limits.ReceiverChains"/>).</summary>
    KeyDropped,

    /// <summary>There is no session with that address, or none that may be used for sending.</summary>
    NoSession,

    /// <summary>The stated one-time, signed or KEM pre-key is not held.</summary>
    UnknownPreKey,

    /// <summary>A handshake or a message without its post-quantum part.</summary>
    PostQuantumMissing,

    /// <summary>The post-quantum ratchet refused the message.</summary>
    PostQuantumRatchet,

    /// <summary>The identity key is not the one that is pinned for this address.</summary>
    UntrustedIdentity,

    /// <summary>No sender key for this distribution, or not this generation of it.</summary>
    NoSenderKey,

    /// <summary>A certificate that no trust root stands behind, or that was revoked.</summary>
    UntrustedCertificate,

    /// <summary>A certificate past its time.</summary>
    ExpiredCertificate,

    /// <summary>A sealed message that this very device sent.</summary>
    SelfSend,

    /// <summary>A proof that does not hold.</summary>
    BadProof,
}
