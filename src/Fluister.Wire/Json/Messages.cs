namespace Fluister.Wire.Json;

/// <summary>A message to the devices of one account.</summary>
public sealed record SendJson
{
    /// <summary>One entry for each device.</summary>
    public required IReadOnlyList<DeviceMessageJson> Messages { get; init; }

    /// <summary>When it was sent, by the sender's clock, in milliseconds; it also names the message.</summary>
    public long Timestamp { get; init; }

    /// <summary>Only for devices that are connected now.</summary>
    public bool Online { get; init; }

    /// <summary>Worth waking a device for.</summary>
    public bool Urgent { get; init; } = true;
}

/// <summary>A message to one device: types 1, 3, 6 and 8 of the envelope.</summary>
public sealed record DeviceMessageJson(int Type, int DestinationDeviceId, int DestinationRegistrationId, byte[] Content);

/// <summary>A message was taken.</summary>
public sealed record SentJson(bool NeedsSync);

/// <summary>409: the sender knows too few or too many devices.</summary>
public sealed record MismatchedDevicesJson(IReadOnlyList<int> MissingDevices, IReadOnlyList<int> ExtraDevices);

/// <summary>410: devices that have been registered anew since the sender knew them.</summary>
public sealed record StaleDevicesJson(IReadOnlyList<int> StaleDevices);

/// <summary>409 of a message for many: one account whose devices the sender does not know.</summary>
public sealed record AccountMismatchedDevicesJson(string Uuid, MismatchedDevicesJson Devices);

/// <summary>410 of a message for many: one account with devices that have been registered anew.</summary>
public sealed record AccountStaleDevicesJson(string Uuid, StaleDevicesJson Devices);

/// <summary>A message for many was taken, but for those who have no account.</summary>
public sealed record SentToManyJson(IReadOnlyList<string> Uuids404);

/// <summary>A message is reported as spam; the token came with it.</summary>
public sealed record SpamReportJson(byte[]? Token = null);

/// <summary>428: how the sender may show that it may go on.</summary>
public sealed record ChallengeJson(string Token, IReadOnlyList<string> Options);

/// <summary>Answers a challenge: of type "captcha" with its token and the captcha's, or "rateLimitPushChallenge" with what was
/// pushed.</summary>
public sealed record AnswerChallengeJson(string Type, string? Token = null, string? Captcha = null, string? Challenge = null);

/// <summary>A sender certificate.</summary>
public sealed record CertificateJson(byte[] Certificate);

/// <summary>Settings for clients.</summary>
public sealed record ConfigJson(IReadOnlyDictionary<string, string> Config);
