using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>One device of one account, by whichever implementation: what the pairings need of it.</summary>
/// <remarks>Refusals are exceptions of the implementation's own kind; <see cref="Verdict"/> makes them alike.</remarks>
internal interface IParty
{
    /// <summary>Account and device.</summary>
    ProtocolAddress Address { get; }

    /// <summary>The identity key pair as a record (IdentityKeyPairStructure).</summary>
    byte[] Identity { get; }

    /// <summary>The registration id.</summary>
    uint RegistrationId { get; }

    /// <summary>Makes and keeps pre-keys, and publishes them.</summary>
    Bundle MakeBundle(bool oneTime, bool lastResort = false);

    /// <summary>Takes pre-keys that the other implementation made for the same device.</summary>
    void AddPreKeys(PreKeyRecords records, bool lastResort = false);

    /// <summary>Trusts this identity key of a peer and no other; null forgets which one was trusted.</summary>
    void Pin(ProtocolAddress peer, byte[]? identityKey);

    /// <summary>Begins a session with what the peer has published.</summary>
    void Begin(ProtocolAddress peer, Bundle bundle);

    /// <summary>Encrypts.</summary>
    WireMessage Encrypt(ProtocolAddress peer, byte[] text);

    /// <summary>Decrypts.</summary>
    byte[] Decrypt(ProtocolAddress peer, WireMessage message);

    /// <summary>The session record with a peer, in libsignal's form; null where there is none.</summary>
    byte[]? ExportSession(ProtocolAddress peer);

    /// <summary>Goes on from a session record; null takes it away.</summary>
    void ImportSession(ProtocolAddress peer, byte[]? record);

    /// <summary>Puts the current session with the older ones.</summary>
    void Archive(ProtocolAddress peer);
}
