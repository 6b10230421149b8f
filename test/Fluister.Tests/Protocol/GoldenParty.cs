using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol;

/// <summary>A party of a golden conversation, in our implementation.</summary>
internal sealed class GoldenParty
{
    private readonly SignedPreKey? _signed;
    private readonly KemPreKey? _kem;
    private readonly PreKey? _oneTime;

    /// <summary>Takes the side of alice or bob.</summary>
    public GoldenParty(JsonElement golden, string name)
    {
        var (self, other) = (golden.GetProperty(name), golden.GetProperty(name == "alice" ? "bob" : "alice"));
        var registrationId = self.GetProperty("registrationId").GetUInt32();
        Local = new LocalDevice(AddressOf(self), IdentityKeyPair.Read(self.Bytes("identity")), registrationId);
        var peer = IdentityKeyPair.Read(other.Bytes("identity"));
        (Remote, PeerIdentity) = (new RemoteDevice(AddressOf(other), peer.Public), peer);
        if (self.TryGetProperty("preKeys", out var preKeys))
        {
            _signed = SignedPreKey.Read(preKeys.Bytes("signedPreKey"));
            _kem = KemPreKey.Read(preKeys.Bytes("kyberPreKey"));
            _oneTime = preKeys.BytesOrNull("preKey") is { } bytes ? PreKey.Read(bytes) : null;
        }
    }

    /// <summary>This side.</summary>
    public LocalDevice Local { get; }

    /// <summary>The other side, pinned.</summary>
    public RemoteDevice Remote { get; }

    /// <summary>The other side's identity key pair.</summary>
    public IdentityKeyPair PeerIdentity { get; }

    /// <summary>The pre-keys that the party holds, as far as a message names them.</summary>
    public HeldPreKeys Held(PreKeySignalMessage message) => new(
        _signed?.Id == message.SignedId ? _signed : null,
        _kem?.Id == message.KemId ? _kem : null,
        _oneTime?.Id == message.OneTimeId ? _oneTime : null);

    /// <summary>Decrypts a message of type 2 or 3.</summary>
    public byte[] Decrypt(SessionRecord record, int type, byte[] bytes, int seed = 0)
    {
        var random = new SeededRandom(seed);
        if (type == (int)CiphertextMessageType.Signal)
        {
            return SessionCipher.Decrypt(record, Local, Remote, SignalMessage.Parse(bytes), random).Plaintext;
        }

        var message = PreKeySignalMessage.Parse(bytes);
        return SessionCipher.Decrypt(record, Local, Remote, message, Held(message), random).Plaintext;
    }

    private static ProtocolAddress AddressOf(JsonElement party) => new(
        ServiceId.TryParse(party.GetProperty("address").GetString(), out var id) ? id : throw new FormatException("No service id."),
        party.GetProperty("device").GetInt32());
}
