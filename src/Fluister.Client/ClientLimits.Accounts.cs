namespace Fluister.Client;

// Accounts and contacts.
internal static partial class ClientLimits
{
    /// <summary>Largest registration id that a device draws: 16,380, as Signal's clients do.</summary>
    public const int DrawnRegistrationId = 16_380;

    /// <summary>Bytes of randomness in a device's password: 16, as Signal Desktop.</summary>
    public const int PasswordBytes = 16;

    /// <summary>Most bytes of what a device is sent while it waits to be linked: 96 KiB, more than a provisioning envelope may have.
    /// Ours.</summary>
    public const int ProvisioningFrame = 96 * 1024;

    /// <summary>Most devices of an account that are looked at: as many as there are ids, Signal's.</summary>
    public const int Devices = 127;

    /// <summary>Most bytes of a device's name, so that it fits encrypted into the service's 225: 140. Ours.</summary>
    public const int DeviceNameBytes = 140;

    /// <summary>The last millisecond that a time of .NET can hold.</summary>
    public const long LatestMilliseconds = 253_402_300_799_999;

    /// <summary>How long a device waits under one code to be linked: longer than the server's 90 seconds. Ours.</summary>
    public static readonly TimeSpan ProvisioningTime = TimeSpan.FromSeconds(120);

    /// <summary>How long a primary waits for the device that it has handed the account to: 60 seconds. Signal's waits for an hour, in
    /// the background.</summary>
    public static readonly TimeSpan WaitForLinkedDevice = TimeSpan.FromSeconds(60);

    /// <summary>Most bytes of both names of a profile with the NUL between them: 257, Signal's.</summary>
    public const int ProfileNameBytes = 257;

    /// <summary>Most bytes of the line about oneself: 512, Signal's.</summary>
    public const int ProfileAboutBytes = 512;

    /// <summary>Most bytes of the emoji beside it: 32, Signal's.</summary>
    public const int ProfileEmojiBytes = 32;

    /// <summary>Most profiles that are read in one go, before other things are done: 50. Ours.</summary>
    public const int ProfilesAtOnce = 50;

    /// <summary>Most times that one thing is tried in a row which the server refuses, before it is left until it is needed again: 5. What
    /// fails because the server is not reached is tried for ever. Ours.</summary>
    public const int UpkeepTries = 5;

    /// <summary>Pause after what failed, before it is tried again: 10 seconds, and twice as long each time. Ours.</summary>
    public static readonly TimeSpan UpkeepPause = TimeSpan.FromSeconds(10);

    /// <summary>Shortest time between two looks at what is due, while messages come: a second. Ours.</summary>
    public static readonly TimeSpan UpkeepLook = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between tries: an hour. Ours.</summary>
    public static readonly TimeSpan UpkeepLongestPause = TimeSpan.FromHours(1);

    /// <summary>Most letters of the name that the owner gives a contact: 100. Ours.</summary>
    public const int ContactNameChars = 100;

    /// <summary>Most people whose keys are compared with the server's at once: 1000, the service's.</summary>
    public const int IdentityChecks = 1000;

    /// <summary>Most items that are read from the storage service at once: 1000; its own most is 5120. Ours.</summary>
    public const int StorageReads = 1000;

    /// <summary>Most items that a manifest may list: 20,000, as many as a home server keeps.</summary>
    public const int StorageItems = 20_000;

    /// <summary>Most times that a write is tried which others were faster with: 5. Signal's clients try as often as it takes.</summary>
    public const int StorageTries = 5;

    /// <summary>The level of a receipt that registers: 300, Signal's "login".</summary>
    public const ulong LoginReceiptLevel = 300;

    /// <summary>How long a receipt says that it is good: five years of 366 days, Signal's.</summary>
    public static readonly TimeSpan ReceiptAge = TimeSpan.FromDays(5 * 366);

    /// <summary>How far a receipt's time may be from that: a week, Signal's.</summary>
    public static readonly TimeSpan ReceiptAgeTolerance = TimeSpan.FromDays(7);
}
