using Fluister.Client.Transport;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Padding;
using Fluister.Protocol.Sessions;

namespace Fluister.Client.Sending;

/// <summary>Encrypts content for the devices of an account with their sessions, and begins sessions with published keys.</summary>
/// <remarks>All within a transaction: the sessions' new states are written in it.</remarks>
internal sealed class DeviceEncryptor(ClientContext context, IdentityChanges identities)
{
    private LocalDevice Local => context.Self.End(ServiceIdKind.Aci);

    /// <summary>The devices of an account that can be encrypted for now; never this one.</summary>
    public IReadOnlyList<int> Known(ServiceId account) =>
    [
        .. context.Store.Sessions.Devices(ServiceIdKind.Aci, account, context.Clock.GetUtcNow()).Where(device => !IsThis(account, device)),
    ];

    /// <summary>Whether a device of an account is this one.</summary>
    public bool IsThis(ServiceId account, int device) => account == context.Self.Aci && device == context.Self.Device;

    /// <summary>Whether a device can be encrypted for now.</summary>
    public bool IsKnown(ServiceId account, int device) =>
        context.Store.Sessions.Get(ServiceIdKind.Aci, new ProtocolAddress(account, device)).HasUsableSenderChain(context.Clock.GetUtcNow());

    /// <summary>Begins a session with each device of the bundles, whose identity key is known already.</summary>
    /// <exception cref="ClientException">UntrustedIdentity; Malformed: keys that their owner did not sign.</exception>
    public void Begin(ServiceId account, DeviceBundles bundles)
    {
        var identity = identities.ForSending(account);
        foreach (var (device, bundle) in bundles.Devices)
        {
            if (IsThis(account, device))
            {
                continue;
            }

            var address = new ProtocolAddress(account, device);
            var record = context.Store.Sessions.Get(ServiceIdKind.Aci, address);
            try
            {
                SessionCipher.Begin(
                    record, Local, new RemoteDevice(address, identity), bundle, context.Clock.GetUtcNow(), context.Random);
            }
            catch (ProtocolException refused)
            {
                throw new ClientException(
                    ClientError.Malformed,
                        "The home server gave keys of a device that are not its owner's: nothing is sent with them.", refused);
            }

            context.Store.Sessions.Save(ServiceIdKind.Aci, address, record);
        }
    }

    /// <summary>Encrypts for devices; one whose session may not be used, or belongs to another identity key, is left out, and its session
    /// archived.</summary>
    /// <exception cref="ClientException">UntrustedIdentity.</exception>
    public List<SealedCopy> Encrypt(OutgoingContent outgoing, ReadOnlySpan<byte> content, IEnumerable<int> devices)
    {
        var identity = identities.ForSending(outgoing.Recipient);
        var padded = outgoing.IsPlaintext ? content.ToArray() : MessagePadding.Pad(content);
        List<SealedCopy> copies = [];
        foreach (var device in devices)
        {
            var address = new ProtocolAddress(outgoing.Recipient, device);
            var record = context.Store.Sessions.Get(ServiceIdKind.Aci, address);
            if (!record.HasUsableSenderChain(context.Clock.GetUtcNow()))
            {
                continue;
            }

            if (identity is { } pinned && !record.RemoteIdentity.Key.Equals(pinned.Key))
            {
                Archive(address, record);
                continue;
            }

            copies.Add(outgoing.IsPlaintext
                ? new SealedCopy(device, (int)record.RemoteRegistrationId, (int)CiphertextMessageType.Plaintext, padded)
                : Encrypt(address, record, identity, padded));
        }

        return copies;
    }

    /// <summary>Lets go of the sessions with devices that are gone, or were registered anew.</summary>
    public void Archive(ServiceId account, IEnumerable<int> devices)
    {
        foreach (var device in devices)
        {
            var address = new ProtocolAddress(account, device);
            Archive(address, context.Store.Sessions.Get(ServiceIdKind.Aci, address));
        }
    }

    private SealedCopy Encrypt(ProtocolAddress address, SessionRecord record, Protocol.Keys.IdentityKey? identity, byte[] padded)
    {
        var message = SessionCipher.Encrypt(
            record, Local, new RemoteDevice(address, identity), padded, context.Clock.GetUtcNow(), context.Random);
        context.Store.Sessions.Save(ServiceIdKind.Aci, address, record);
        var type = message.Type == CiphertextMessageType.PreKey
            ? Wire.Protos.Envelope.Types.Type.PreKey : Wire.Protos.Envelope.Types.Type.Signal;
        return new SealedCopy(address.Device, (int)record.RemoteRegistrationId, (int)type, message.Serialized.ToArray());
    }

    private void Archive(ProtocolAddress address, SessionRecord record)
    {
        if (record.HasCurrent)
        {
            record.Archive();
            context.Store.Sessions.Save(ServiceIdKind.Aci, address, record);
        }
    }
}
