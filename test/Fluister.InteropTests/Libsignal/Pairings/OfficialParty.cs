using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>A party of the official package.</summary>
internal sealed class OfficialParty : IParty
{
    private static int _last;

    private readonly LibsignalClient _official;

    public OfficialParty(LibsignalClient official, ProtocolAddress address, byte[]? identity = null, uint? registrationId = null)
    {
        (_official, Address) = (official, address);
        Name = $"party {Interlocked.Increment(ref _last)}";
        var made = official.Call(
            "party.create",
            new { party = Name, address = address.Account.ToString(), device = address.Device, identity, registrationId });
        (Identity, RegistrationId) = (made.Bytes("identity"), (uint)made.Number("registrationId"));
    }

    /// <summary>The oracle's name of the party.</summary>
    public string Name { get; }

    public ProtocolAddress Address { get; }

    public byte[] Identity { get; }

    public uint RegistrationId { get; }

    public Bundle MakeBundle(bool oneTime, bool lastResort = false)
    {
        var made = _official.Call("bundle.make", new { party = Name, oneTime, lastResort });
        var (bundle, records) = (made.GetProperty("bundle"), made.GetProperty("records"));
        return new Bundle
        {
            RegistrationId = (uint)bundle.Number("registrationId"),
            Device = (int)bundle.Number("device"),
            PreKeyId = (uint?)bundle.NumberOrNull("preKeyId"),
            PreKey = bundle.BytesOrNull("preKey"),
            SignedPreKeyId = (uint)bundle.Number("signedPreKeyId"),
            SignedPreKey = bundle.Bytes("signedPreKey"),
            SignedPreKeySignature = bundle.Bytes("signedPreKeySignature"),
            IdentityKey = bundle.Bytes("identityKey"),
            KyberPreKeyId = (uint)bundle.Number("kyberPreKeyId"),
            KyberPreKey = bundle.Bytes("kyberPreKey"),
            KyberPreKeySignature = bundle.Bytes("kyberPreKeySignature"),
            Records = new PreKeyRecords(records.Bytes("signedPreKey"), records.Bytes("kyberPreKey"), records.BytesOrNull("preKey")),
        };
    }

    public void AddPreKeys(PreKeyRecords records, bool lastResort = false) =>
        _official.Call("preKeys.add", new { party = Name, records.SignedPreKey, records.KyberPreKey, records.PreKey, lastResort });

    public void Pin(ProtocolAddress peer, byte[]? identityKey) => _official.Call(
        identityKey is null ? "party.unpin" : "party.pin",
        new { party = Name, address = peer.Account.ToString(), device = peer.Device, identityKey });

    public void Begin(ProtocolAddress peer, Bundle bundle) => _official.Call("bundle.process", To(peer, bundle: bundle));

    public WireMessage Encrypt(ProtocolAddress peer, byte[] text)
    {
        var message = _official.Call("session.encrypt", To(peer, text: text));
        return new WireMessage((int)message.Number("type"), message.Bytes("bytes"));
    }

    public byte[] Decrypt(ProtocolAddress peer, WireMessage message) =>
        _official.CallBytes("session.decrypt", To(peer, bytes: message.Bytes, type: message.Type));

    public byte[]? ExportSession(ProtocolAddress peer) => _official.Call("session.export", To(peer)).BytesOrNull();

    public void ImportSession(ProtocolAddress peer, byte[]? record) =>
        _official.Call(record is null ? "session.drop" : "session.import", To(peer, record: record));

    public void Archive(ProtocolAddress peer) => _official.Call("session.archive", To(peer));

    private object To(
        ProtocolAddress peer, Bundle? bundle = null, byte[]? text = null, byte[]? bytes = null, byte[]? record = null, int? type = null) =>
        new { party = Name, address = peer.Account.ToString(), device = peer.Device, bundle, text, bytes, record, type };
}
