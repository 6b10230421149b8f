using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>What is known here of an account of a peer's: enough to take messages to it while the peer is down.</summary>
/// <param name="Aci">The account.</param>
/// <param name="Peer">Its home.</param>
/// <param name="Version">A later list has a higher one.</param>
/// <param name="Devices">Each device, and the number that it drew; none where the account is there no more, or for now.</param>
/// <param name="AccessKeyChecksum">By which an access key is known to fit; none where there is no key.</param>
/// <param name="IsUnrestricted">Anybody may send without saying who they are.</param>
/// <param name="IdentityKey">33 bytes; none where there are no devices.</param>
/// <param name="Asked">When its home last said that this is so.</param>
internal sealed record RemoteAccount(
    Guid Aci,
    ServerTag Peer,
    long Version,
    IReadOnlyList<(int Id, int RegistrationId)> Devices,
    byte[]? AccessKeyChecksum,
    bool IsUnrestricted,
    byte[] IdentityKey,
    DateTimeOffset Asked)
{
    private const int ChecksumBytes = 32;

    /// <summary>Whether anybody is there.</summary>
    public bool IsThere => Devices.Count > 0;

    /// <summary>Reads a list.</summary>
    /// <param name="peer">Who gives it; it may speak for its own tag only.</param>
    /// <param name="list">What it gives.</param>
    /// <param name="asked">When.</param>
    /// <returns>None where it is no list that this peer may give.</returns>
    public static RemoteAccount? Read(ServerTag peer, DeviceList list, DateTimeOffset asked)
    {
        if (ReadId(list.Aci) is not { } aci || ServerTag.Of(aci) != peer
            || list.Version > long.MaxValue
            || list.Devices.Count > Device.Most
            || list.Devices.Any(device => device.Id is 0 or > Device.Most || device.RegistrationId > ServerLimits.RegistrationId)
            || list.Devices.DistinctBy(device => device.Id).Count() != list.Devices.Count
            || list.AccessKeyChecksum.Length is not (0 or ChecksumBytes)
            || !(list.Devices.Count == 0 ? list.IdentityKey.IsEmpty : IsKey(list.IdentityKey)))
        {
            return null;
        }

        return new RemoteAccount(
            aci,
            peer,
            (long)list.Version,
            [.. list.Devices.Select(device => ((int)device.Id, (int)device.RegistrationId))],
            list.AccessKeyChecksum.IsEmpty ? null : list.AccessKeyChecksum.ToByteArray(),
            list.Unrestricted,
            list.IdentityKey.ToByteArray(),
            asked);
    }

    /// <summary>An id of 16 bytes, or none.</summary>
    public static Guid? ReadId(ByteString bytes) => bytes.Length == 16 ? new Guid(bytes.Span, bigEndian: true) : null;

    /// <summary>The number that a device drew, or none where there is no such device.</summary>
    public int? RegistrationId(int device)
    {
        for (var i = 0; i < Devices.Count; i++)
        {
            if (Devices[i].Id == device)
            {
                return Devices[i].RegistrationId;
            }
        }

        return null;
    }

    /// <summary>The list again, with nothing else that came with it.</summary>
    public DeviceList Write() => new()
    {
        Aci = ByteString.CopyFrom(AccountStore.Bytes(Aci)),
        Version = (ulong)Version,
        Devices =
        {
            Devices.Select(device => new DeviceList.Types.Device { Id = (uint)device.Id, RegistrationId = (uint)device.RegistrationId }),
        },
        AccessKeyChecksum = ByteString.CopyFrom(AccessKeyChecksum ?? []),
        Unrestricted = IsUnrestricted,
        IdentityKey = ByteString.CopyFrom(IdentityKey),
    };

    private static bool IsKey(ByteString bytes)
    {
        try
        {
            return PublicKey.Read(bytes.Span).Serialized.Length == bytes.Length;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }
}
