using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Benchmarks.Protocol;

/// <summary>A device with its sessions in memory: kept parsed, or read and written in every call as from a database.</summary>
internal sealed class BenchParty
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly RandomSource Random = RandomSource.System;

    private readonly Dictionary<ProtocolAddress, SessionRecord> _sessions = [];
    private readonly Dictionary<ProtocolAddress, byte[]> _stored = [];
    private readonly Dictionary<uint, SignedPreKey> _signed = [];
    private readonly Dictionary<uint, KemPreKey> _kem = [];
    private readonly Dictionary<uint, PreKey> _oneTime = [];
    private uint _nextId = 1;

    /// <summary>This device.</summary>
    public LocalDevice Local { get; } =
        new(new ProtocolAddress(ServiceId.Aci(Guid.NewGuid()), 1), IdentityKeyPair.Generate(Random), 7);

    /// <summary>Two with a session that both have used.</summary>
    public static (BenchParty First, BenchParty Second) Pair()
    {
        var (a, b) = (new BenchParty(), new BenchParty());
        a.Begin(b, b.MakeBundle());
        b.DecryptFirst(a, a.Encrypt(b, [1], false));
        a.Decrypt(b, b.Encrypt(a, [2], false), false);
        b.Decrypt(a, a.Encrypt(b, [3], false), false);
        return (a, b);
    }

    /// <summary>Publishes fresh keys of all three kinds.</summary>
    public PreKeyBundle MakeBundle()
    {
        var signed = SignedPreKey.Generate(_nextId++, Local.Identity, Now, Random);
        var kem = KemPreKey.Generate(_nextId++, Local.Identity, Now, Random);
        var oneTime = PreKey.Generate(_nextId++, Random);
        (_signed[signed.Id], _kem[kem.Id], _oneTime[oneTime.Id]) = (signed, kem, oneTime);
        return new PreKeyBundle(
            Local.Identity.Public, Local.Address.Device, Local.RegistrationId, signed.Public, kem.Public, oneTime.Public);
    }

    /// <summary>Begins a session.</summary>
    public void Begin(BenchParty peer, PreKeyBundle bundle) =>
        SessionCipher.Begin(Session(peer, false), Local, Remote(peer), bundle, Now, Random);

    /// <summary>Encrypts; the bytes on the wire.</summary>
    public byte[] Encrypt(BenchParty peer, byte[] text, bool stored)
    {
        var session = Session(peer, stored);
        var message = SessionCipher.Encrypt(session, Local, Remote(peer), text, Now, Random);
        Keep(peer, session, stored);
        return message.Serialized.ToArray();
    }

    /// <summary>Encrypts; the message.</summary>
    public CiphertextMessage EncryptMessage(BenchParty peer, byte[] text) =>
        SessionCipher.Encrypt(Session(peer, false), Local, Remote(peer), text, Now, Random);

    /// <summary>Decrypts a message of a session that is known.</summary>
    public void Decrypt(BenchParty peer, ReadOnlySpan<byte> bytes, bool stored)
    {
        var session = Session(peer, stored);
        SessionCipher.Decrypt(session, Local, Remote(peer), SignalMessage.Parse(bytes), Random);
        Keep(peer, session, stored);
    }

    /// <summary>Decrypts a message that begins a session.</summary>
    public void DecryptFirst(BenchParty peer, byte[] bytes)
    {
        var message = PreKeySignalMessage.Parse(bytes);
        var held = new HeldPreKeys(_signed[message.SignedId], _kem[message.KemId!.Value], _oneTime[message.OneTimeId!.Value]);
        SessionCipher.Decrypt(Session(peer, false), Local, Remote(peer), message, held, Random);
    }

    private static RemoteDevice Remote(BenchParty peer) => new(peer.Local.Address, peer.Local.Identity.Public);

    private SessionRecord Session(BenchParty peer, bool stored)
    {
        var address = peer.Local.Address;
        if (stored && _stored.TryGetValue(address, out var bytes))
        {
            return SessionRecord.Read(bytes);
        }

        return _sessions.TryGetValue(address, out var session) ? session : _sessions[address] = new SessionRecord();
    }

    private void Keep(BenchParty peer, SessionRecord session, bool stored)
    {
        if (stored)
        {
            _stored[peer.Local.Address] = session.Write();
        }
    }
}
