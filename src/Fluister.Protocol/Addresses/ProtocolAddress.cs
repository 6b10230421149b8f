namespace Fluister.Protocol.Addresses;

/// <summary>One device of one account: the end of a session.</summary>
public readonly record struct ProtocolAddress
{
    /// <summary>Most a device's id may be (libsignal, DeviceId): 127.</summary>
    public const int MaximumDevice = 127;

    /// <summary>The device of an account.</summary>
    public ProtocolAddress(ServiceId account, int device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(device, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device, MaximumDevice);
        (Account, Device) = (account, device);
    }

    /// <summary>The account.</summary>
    public ServiceId Account { get; }

    /// <summary>The device: 1 for the primary, more for linked ones.</summary>
    public int Device { get; }

    /// <summary>Account and device, with a point between them.</summary>
    public override string ToString() => $"{Account}.{Device}";
}
