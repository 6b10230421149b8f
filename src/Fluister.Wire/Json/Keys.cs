namespace Fluister.Wire.Json;

/// <summary>A one-time EC pre-key, or any key without a signature.</summary>
public sealed record PreKeyJson(uint KeyId, byte[] PublicKey);

/// <summary>A pre-key with the identity key's signature.</summary>
public sealed record SignedPreKeyJson(uint KeyId, byte[] PublicKey, byte[] Signature);

/// <summary>What a device publishes; what is absent stays as it is.</summary>
public sealed record PublishKeysJson
{
    /// <summary>One-time EC keys, in place of those before.</summary>
    public IReadOnlyList<PreKeyJson>? PreKeys { get; init; }

    /// <summary>One-time KEM keys, in place of those before.</summary>
    public IReadOnlyList<SignedPreKeyJson>? PqPreKeys { get; init; }

    /// <summary>The signed EC key.</summary>
    public SignedPreKeyJson? SignedPreKey { get; init; }

    /// <summary>The KEM key of last resort.</summary>
    public SignedPreKeyJson? PqLastResortPreKey { get; init; }
}

/// <summary>Asks whether the server has the same signed key and key of last resort: a digest of 32 bytes over them.</summary>
public sealed record CheckKeysJson(string? IdentityType = null, byte[]? Digest = null);

/// <summary>How many one-time keys are left.</summary>
public sealed record KeyCountJson(int Count, int PqCount);

/// <summary>One device's bundle.</summary>
public sealed record DeviceBundleJson(
    int DeviceId, int RegistrationId, SignedPreKeyJson SignedPreKey, SignedPreKeyJson PqPreKey, PreKeyJson? PreKey = null);

/// <summary>The bundles of an account's devices.</summary>
public sealed record BundlesJson(byte[] IdentityKey, IReadOnlyList<DeviceBundleJson> Devices);
