using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;

namespace Fluister.InteropTests.Libsignal;

/// <summary>One device that is in the oracle and whose identity key we hold as well, so that either can send and receive for it.</summary>
internal sealed class SealedParty
{
    public SealedParty(
        LibsignalClient official, string name, int device = 1, uint registrationId = 1, ServiceIdKind kind = ServiceIdKind.Aci)
    {
        Name = name;
        RegistrationId = registrationId;
        Address = new ProtocolAddress(new ServiceId(kind, Guid.NewGuid()), device);
        Identity = IdentityKeyPair.Generate(RandomSource.System);
        var address = Address.Account.ToString();
        official.Call("party.create", new { party = name, address, device, registrationId, identity = Identity.Write() });
    }

    public string Name { get; }

    public uint RegistrationId { get; }

    public ProtocolAddress Address { get; }

    public IdentityKeyPair Identity { get; }

    /// <summary>How requests name it as the other end.</summary>
    public object Place => new { address = Address.Account.ToString(), device = Address.Device };

    /// <summary>As a recipient of a message for many.</summary>
    public SealedRecipient Recipient => new(Address.Account, Identity.Public, [new SealedDevice(Address.Device, RegistrationId)]);
}
