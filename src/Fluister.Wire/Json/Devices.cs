namespace Fluister.Wire.Json;

/// <summary>A device as its account sees it; the day it was last seen in milliseconds.</summary>
public sealed record DeviceJson(int Id, long LastSeen, int RegistrationId, byte[] CreatedAtCiphertext, byte[]? Name = null);

/// <summary>An account's devices.</summary>
public sealed record DevicesJson(IReadOnlyList<DeviceJson> Devices);

/// <summary>Lets a device be linked; by the identifier the primary waits for it.</summary>
public sealed record LinkTokenJson(string VerificationCode, string TokenIdentifier);

/// <summary>Links a device.</summary>
public sealed record LinkDeviceJson
{
    /// <summary>The token that the primary was given.</summary>
    public required string VerificationCode { get; init; }

    /// <summary>What the device says of itself.</summary>
    public required AccountAttributesJson AccountAttributes { get; init; }

    /// <summary>The account id's signed EC key.</summary>
    public required SignedPreKeyJson AciSignedPreKey { get; init; }

    /// <summary>The number id's signed EC key.</summary>
    public SignedPreKeyJson? PniSignedPreKey { get; init; }

    /// <summary>The account id's KEM key of last resort.</summary>
    public required SignedPreKeyJson AciPqLastResortPreKey { get; init; }

    /// <summary>The number id's KEM key of last resort.</summary>
    public SignedPreKeyJson? PniPqLastResortPreKey { get; init; }
}

/// <summary>A device was linked.</summary>
public sealed record LinkedDeviceJson(Guid Uuid, int DeviceId, Guid? Pni = null);

/// <summary>A message for a device that waits to be linked; base64.</summary>
public sealed record ProvisioningMessageJson(string Body);

/// <summary>Where the archive for a new device lies, or why there is none.</summary>
public sealed record TransferArchiveJson(int? Cdn = null, string? Key = null, string? Error = null);

/// <summary>Tells a new device where its archive lies.</summary>
public sealed record TransferArchiveUploadedJson
{
    /// <summary>The new device.</summary>
    public required int DestinationDeviceId { get; init; }

    /// <summary>The number that it drew.</summary>
    public required int DestinationDeviceRegistrationId { get; init; }

    /// <summary>The archive.</summary>
    public required TransferArchiveJson TransferArchive { get; init; }
}

/// <summary>How a person means to restore an account.</summary>
public sealed record RestoreAccountJson(string Method, byte[]? DeviceTransferBootstrap = null);
