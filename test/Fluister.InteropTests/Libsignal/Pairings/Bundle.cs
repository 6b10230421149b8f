namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>What a device has published, with its fields as they are on the wire; named as the oracle names them.</summary>
internal sealed record Bundle
{
    public required uint RegistrationId { get; init; }

    public required int Device { get; init; }

    public uint? PreKeyId { get; init; }

    public byte[]? PreKey { get; init; }

    public required uint SignedPreKeyId { get; init; }

    public required byte[] SignedPreKey { get; init; }

    public required byte[] SignedPreKeySignature { get; init; }

    public required byte[] IdentityKey { get; init; }

    public required uint KyberPreKeyId { get; init; }

    public required byte[] KyberPreKey { get; init; }

    public required byte[] KyberPreKeySignature { get; init; }

    /// <summary>The secret side, for the other implementation of the same device.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public PreKeyRecords Records { get; init; } = new([], [], null);
}
