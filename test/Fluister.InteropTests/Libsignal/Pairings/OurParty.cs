using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>A party of ours, with the stores that a client would have.</summary>
/// <remarks>
/// Sessions stay parsed as in a client at work, but for every few calls, when they are written and read again, so that both
/// forms are in use in every test.
/// </remarks>
internal sealed class OurParty : IParty
{
    /// <summary>A record is written and read again once in so many calls.</summary>
    private const int RereadEvery = 5;

    private readonly RandomSource _random = RandomSource.System;
    private readonly LocalDevice _local;
    private readonly Dictionary<ProtocolAddress, SessionRecord> _sessions = [];
    private readonly Dictionary<ProtocolAddress, IdentityKey> _pinned = [];
    private readonly Dictionary<uint, PreKey> _preKeys = [];
    private readonly Dictionary<uint, SignedPreKey> _signed = [];
    private readonly Dictionary<uint, KemPreKey> _kem = [];
    private readonly HashSet<uint> _lastResorts = [];
    private readonly HashSet<(uint, uint, PublicKey)> _handshakes = [];
    private uint _nextId = 1;
    private int _calls;

    public OurParty(ProtocolAddress address, byte[]? identity = null, uint? registrationId = null)
    {
        var pair = identity is null ? IdentityKeyPair.Generate(_random) : IdentityKeyPair.Read(identity);
        _local = new LocalDevice(address, pair, registrationId ?? 4711);
    }

    public ProtocolAddress Address => _local.Address;

    public byte[] Identity => _local.Identity.Write();

    public uint RegistrationId => _local.RegistrationId;

    public Bundle MakeBundle(bool oneTime, bool lastResort = false)
    {
        var signed = SignedPreKey.Generate(_nextId++, _local.Identity, DateTimeOffset.UtcNow, _random);
        var kem = KemPreKey.Generate(_nextId++, _local.Identity, DateTimeOffset.UtcNow, _random);
        var one = oneTime ? PreKey.Generate(_nextId++, _random) : null;
        var records = new PreKeyRecords(signed.Write(), kem.Write(), one?.Write());
        AddPreKeys(records, lastResort);
        return new Bundle
        {
            RegistrationId = RegistrationId,
            Device = Address.Device,
            PreKeyId = one?.Id,
            PreKey = one?.Keys.Public.Serialized.ToArray(),
            SignedPreKeyId = signed.Id,
            SignedPreKey = signed.Keys.Public.Serialized.ToArray(),
            SignedPreKeySignature = signed.Signature.ToArray(),
            IdentityKey = _local.Identity.Public.Serialized.ToArray(),
            KyberPreKeyId = kem.Id,
            KyberPreKey = kem.Keys.Public.Serialized.ToArray(),
            KyberPreKeySignature = kem.Signature.ToArray(),
            Records = records,
        };
    }

    public void AddPreKeys(PreKeyRecords records, bool lastResort = false)
    {
        var (signed, kem) = (SignedPreKey.Read(records.SignedPreKey), KemPreKey.Read(records.KyberPreKey));
        (_signed[signed.Id], _kem[kem.Id]) = (signed, kem);
        if (lastResort)
        {
            _lastResorts.Add(kem.Id);
        }

        if (records.PreKey is { } bytes)
        {
            var one = PreKey.Read(bytes);
            _preKeys[one.Id] = one;
        }
    }

    public void Pin(ProtocolAddress peer, byte[]? identityKey)
    {
        _pinned.Remove(peer);
        if (identityKey is not null)
        {
            _pinned[peer] = IdentityKey.Read(identityKey);
        }
    }

    public void Begin(ProtocolAddress peer, Bundle bundle)
    {
        var published = new PreKeyBundle(
            IdentityKey.Read(bundle.IdentityKey),
            bundle.Device,
            bundle.RegistrationId,
            new PublicSignedPreKey(bundle.SignedPreKeyId, PublicKey.Read(bundle.SignedPreKey), bundle.SignedPreKeySignature),
            new PublicKemPreKey(bundle.KyberPreKeyId, KemPublicKey.Read(bundle.KyberPreKey), bundle.KyberPreKeySignature),
            bundle.PreKey is null ? null : new PublicPreKey(bundle.PreKeyId!.Value, PublicKey.Read(bundle.PreKey)));
        SessionCipher.Begin(Session(peer), _local, Remote(peer), published, DateTimeOffset.UtcNow, _random);
        _pinned[peer] = published.Identity;
    }

    public WireMessage Encrypt(ProtocolAddress peer, byte[] text)
    {
        var message = SessionCipher.Encrypt(Session(peer), _local, Remote(peer), text, DateTimeOffset.UtcNow, _random);
        return new WireMessage((int)message.Type, message.Serialized.ToArray());
    }

    public byte[] Decrypt(ProtocolAddress peer, WireMessage message)
    {
        var session = Session(peer);
        DecryptedMessage decrypted;
        if (message.Type == (int)CiphertextMessageType.PreKey)
        {
            var parsed = PreKeySignalMessage.Parse(message.Bytes);
            var held = new HeldPreKeys(
                _signed.GetValueOrDefault(parsed.SignedId),
                _kem.GetValueOrDefault(parsed.KemId ?? 0),
                _preKeys.GetValueOrDefault(parsed.OneTimeId ?? 0));
            var before = session.Write();
            decrypted = SessionCipher.Decrypt(session, _local, Remote(peer), parsed, held, _random);
            if (decrypted.PreKeysUsed is { } used && !Take(used))
            {
                ImportSession(peer, before);
                throw new ProtocolException(ProtocolError.Duplicate, "The handshake with the last resort was used before.");
            }
        }
        else
        {
            decrypted = SessionCipher.Decrypt(session, _local, Remote(peer), SignalMessage.Parse(message.Bytes), _random);
        }

        _pinned[peer] = decrypted.RemoteIdentity;
        return decrypted.Plaintext;
    }

    public byte[]? ExportSession(ProtocolAddress peer) => _sessions.TryGetValue(peer, out var session) ? session.Write() : null;

    public void ImportSession(ProtocolAddress peer, byte[]? record)
    {
        _sessions.Remove(peer);
        if (record is not null)
        {
            _sessions[peer] = SessionRecord.Read(record);
        }
    }

    public void Archive(ProtocolAddress peer) => Session(peer).Archive();

    // The keys that a handshake used up go; the last resort stays, and takes each handshake once.
    private bool Take(PreKeysUsed used)
    {
        if (used.OneTimeId is { } id)
        {
            _preKeys.Remove(id);
        }

        if (_lastResorts.Contains(used.KemId))
        {
            return _handshakes.Add((used.KemId, used.SignedId, used.BaseKey));
        }

        _kem.Remove(used.KemId);
        return true;
    }

    private RemoteDevice Remote(ProtocolAddress peer) => new(peer, _pinned.TryGetValue(peer, out var key) ? key : null);

    private SessionRecord Session(ProtocolAddress peer)
    {
        if (!_sessions.TryGetValue(peer, out var session))
        {
            return _sessions[peer] = new SessionRecord();
        }

        return ++_calls % RereadEvery == 0 ? _sessions[peer] = SessionRecord.Read(session.Write()) : session;
    }
}
