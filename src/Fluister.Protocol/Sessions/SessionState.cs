using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Handshake;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Ratchets;

namespace Fluister.Protocol.Sessions;

/// <summary>One session with one device: two identities, the ratchets, and the handshake while it is not answered.</summary>
internal sealed partial class SessionState : IDisposable
{
    private readonly byte[] _baseKey;

    private SessionState(byte version, IdentityKey local, IdentityKey remote, TripleRatchet ratchet, byte[] baseKey)
    {
        (Version, LocalIdentity, RemoteIdentity) = (version, local, remote);
        (Ratchet, _baseKey) = (ratchet, baseKey);
    }

    public byte Version { get; }

    public IdentityKey LocalIdentity { get; }

    public IdentityKey RemoteIdentity { get; }

    public uint LocalRegistrationId { get; private init; }

    public uint RemoteRegistrationId { get; private init; }

    /// <summary>The key of the handshake that the session came from, 33 bytes; both sides have the same.</summary>
    public ReadOnlySpan<byte> BaseKey => _baseKey;

    public PendingHandshake? Pending { get; private set; }

    public TripleRatchet Ratchet { get; }

    /// <summary>The public key that names our sender chain.</summary>
    public PublicKey SenderRatchetKey => Ratchet.Double.SenderRatchetKey;

    /// <summary>Begins a session with a device's published pre-keys, whose signatures were checked.</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public static SessionState Begin(
        LocalDevice local, ProtocolAddress remote, PreKeyBundle bundle, DateTimeOffset now, RandomSource random)
    {
        var (secret, message) = Pqxdh.Initiate(local.Identity, bundle, random);
        using (secret)
        {
            var self = IsWithOneself(local.Identity.Public, bundle.Identity, local.Address, remote);
            var ratchet = TripleRatchet.BeginAsInitiator(secret, bundle.Signed.Key, self, random);
            var seconds = (ulong)Math.Max(0, now.ToUnixTimeSeconds());
            return new(MessageVersion.Current, local.Identity.Public, bundle.Identity, ratchet, message.BaseKey.Serialized.ToArray())
            {
                LocalRegistrationId = local.RegistrationId,
                RemoteRegistrationId = bundle.RegistrationId,
                Pending = new PendingHandshake(bundle.OneTime?.Id, bundle.Signed.Id, bundle.Kem.Id, message, seconds),
            };
        }
    }

    /// <summary>Takes the session that a peer has begun with our pre-keys.</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public static SessionState Accept(
        LocalDevice local, ProtocolAddress remote, PreKeySignalMessage message, SignedPreKey signed, KemPreKey kem, PreKey? oneTime)
    {
        var handshake = new HandshakeMessage(message.BaseKey, message.KemCiphertext);
        using var secret = Pqxdh.Accept(local.Identity, signed, kem, oneTime, message.Identity, handshake);
        var self = IsWithOneself(local.Identity.Public, message.Identity, local.Address, remote);
        var ratchet = TripleRatchet.BeginAsRecipient(secret, signed.Keys, self);
        return new(MessageVersion.Current, local.Identity.Public, message.Identity, ratchet, message.BaseKey.Serialized.ToArray())
        {
            LocalRegistrationId = local.RegistrationId,
            RemoteRegistrationId = message.RegistrationId,
        };
    }

    /// <summary>Whether the session came from this handshake.</summary>
    public bool IsOf(PreKeySignalMessage message) => Version == message.Version && message.BaseKey.Serialized.SequenceEqual(_baseKey);

    /// <summary>Whether the session may be used for sending.</summary>
    public bool Meets(SessionRequirements requirements, DateTimeOffset now) =>
        !(requirements.HasFlag(SessionRequirements.NotStale) && Pending is { } pending && pending.IsStale(now))
        && !(requirements.HasFlag(SessionRequirements.EstablishedWithPqxdh) && Version <= MessageVersion.X3dh)
        && !(requirements.HasFlag(SessionRequirements.Spqr) && Ratchet.PostQuantum is null);

    /// <summary>Encrypts and goes on; where it throws, nothing has changed.</summary>
    public CiphertextMessage Encrypt(ProtocolAddress local, ProtocolAddress remote, ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        var addresses = Pending is null ? ((ProtocolAddress, ProtocolAddress)?)null : (local, remote);
        var message = Ratchet.Encrypt(Version, LocalIdentity, RemoteIdentity, addresses, plaintext, random);
        return Pending is { } pending
            ? PreKeySignalMessage.Create(Version, LocalRegistrationId, LocalIdentity, pending, message)
            : message;
    }

    /// <summary>Decrypts a message. Nothing changes before the step is committed with <see cref="Commit"/>.</summary>
    /// <exception cref="ProtocolException">The message is not of this session, or is refused.</exception>
    public TripleRatchet.Step Decrypt(SignalMessage message, ProtocolAddress local, ProtocolAddress remote)
    {
        if (message.Version != Version)
        {
            throw new ProtocolException(ProtocolError.UnknownVersion, "The message is of another version than its session.");
        }

        var self = IsWithOneself(LocalIdentity, RemoteIdentity, local, remote);
        var farthest = (uint)(self ? Limits.SelfForwardJumps : Limits.ForwardJumps);
        return Ratchet.Decrypt(message, LocalIdentity, RemoteIdentity, remote, local, farthest);
    }

    /// <summary>Takes a step: the peer has written, so the handshake need not go along any more.</summary>
    public void Commit(TripleRatchet.Step step, RandomSource random)
    {
        step.Commit(random);
        Pending = null;
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose() => Ratchet.Dispose();

    // Two devices of one account: the same identity key and the same id.
    private static bool IsWithOneself(IdentityKey ours, IdentityKey theirs, ProtocolAddress local, ProtocolAddress remote) =>
        ours.Key.Equals(theirs.Key) && local.Account == remote.Account;
}
