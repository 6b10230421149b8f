using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>One device in both implementations, of which one is at work; the session's record moves over when they change.</summary>
internal sealed class TwinParty : IParty
{
    private readonly OurParty _ours;
    private readonly OfficialParty _official;
    private IParty _active;

    public TwinParty(LibsignalClient official, ProtocolAddress address, bool beginsWithOurs)
    {
        _ours = new OurParty(address);
        _official = new OfficialParty(official, address, _ours.Identity, _ours.RegistrationId);
        _active = beginsWithOurs ? _ours : _official;
    }

    public ProtocolAddress Address => _ours.Address;

    public byte[] Identity => _ours.Identity;

    public uint RegistrationId => _ours.RegistrationId;

    /// <summary>Changes to the other implementation, with the session that it must go on with.</summary>
    public void Change(ProtocolAddress peer)
    {
        var record = _active.ExportSession(peer);
        _active = _active == _ours ? _official : _ours;
        _active.ImportSession(peer, record);
    }

    public Bundle MakeBundle(bool oneTime, bool lastResort = false)
    {
        var bundle = _ours.MakeBundle(oneTime, lastResort);
        _official.AddPreKeys(bundle.Records, lastResort);
        return bundle;
    }

    public void AddPreKeys(PreKeyRecords records, bool lastResort = false)
    {
        _ours.AddPreKeys(records, lastResort);
        _official.AddPreKeys(records, lastResort);
    }

    public void Pin(ProtocolAddress peer, byte[]? identityKey)
    {
        _ours.Pin(peer, identityKey);
        _official.Pin(peer, identityKey);
    }

    public void Begin(ProtocolAddress peer, Bundle bundle) => _active.Begin(peer, bundle);

    public WireMessage Encrypt(ProtocolAddress peer, byte[] text) => _active.Encrypt(peer, text);

    public byte[] Decrypt(ProtocolAddress peer, WireMessage message) => _active.Decrypt(peer, message);

    public byte[]? ExportSession(ProtocolAddress peer) => _active.ExportSession(peer);

    public void ImportSession(ProtocolAddress peer, byte[]? record) => _active.ImportSession(peer, record);

    public void Archive(ProtocolAddress peer) => _active.Archive(peer);
}
