namespace Fluister.Server;

// Accounts, devices, profiles, usernames. Where no source is named, the value is Signal's (its entities' own bounds).
internal static partial class ServerLimits
{
    /// <summary>Most bytes of a device's encrypted name: 225.</summary>
    public const int DeviceName = 225;

    /// <summary>Largest registration id: 14 bits, at least 1.</summary>
    public const int RegistrationId = 0x3fff;

    /// <summary>Bytes of an access key.</summary>
    public const int AccessKey = 16;

    /// <summary>Bytes of a recovery password.</summary>
    public const int RecoveryPassword = 32;

    /// <summary>Digits of a registration lock.</summary>
    public const int RegistrationLock = 64;

    /// <summary>Bytes of the salt of an account without a number.</summary>
    public const int CredentialSalt = 16;

    /// <summary>Most bytes of an encrypted username: 128.</summary>
    public const int EncryptedUsername = 128;

    /// <summary>Most usernames that are proposed at once: 20.</summary>
    public const int ProposedUsernames = 20;

    /// <summary>Most former usernames that are kept for an account: 3.</summary>
    public const int FormerUsernames = 3;

    /// <summary>Most versions of an account's profile that are kept; the oldest goes. Ours: clients ask for the newest.</summary>
    public const int ProfileVersions = 16;

    /// <summary>Most characters of a provisioning message's body: 256 Ki.</summary>
    public const int ProvisioningMessage = 256 * 1024;

    /// <summary>Most devices that wait to be linked at once. Ours.</summary>
    public const int ProvisioningSockets = 1024;

    /// <summary>Most devices that wait to be linked from one place. Ours.</summary>
    public const int ProvisioningSocketsOfOrigin = 16;

    /// <summary>Most accounts whose identity keys are compared at once: 1000.</summary>
    public const int IdentityChecks = 1000;

    /// <summary>Most things that are kept for those who wait for them. Ours.</summary>
    public const int Awaited = 4096;

    /// <summary>Most who wait for something at once. Ours.</summary>
    public const int Waiting = 4096;

    /// <summary>Most verification sessions at once; the oldest goes. Ours.</summary>
    public const int VerificationSessions = 16 * 1024;

    /// <summary>Most verification sessions from one place; the oldest of that place goes. Ours.</summary>
    public const int VerificationSessionsOfOrigin = 256;

    /// <summary>How long a verification session lasts: 10 minutes.</summary>
    public static readonly TimeSpan VerificationSessionAge = TimeSpan.FromMinutes(10);

    /// <summary>How long a registration lock holds after the last day on which the account was there: 7 days, and that day.</summary>
    public static readonly TimeSpan RegistrationLockAge = TimeSpan.FromDays(8);

    /// <summary>What a receipt says of how long it is good: five years of 366 days. Signal's; clients refuse another, but for a
    /// week.</summary>
    public static readonly TimeSpan ReceiptAge = TimeSpan.FromDays(5 * 366);

    /// <summary>How long a receipt registers in truth: 30 days, from the time that its age says. Ours: a receipt cannot be taken back,
    /// since nobody knows whose it is.</summary>
    public static readonly TimeSpan ReceiptRedemption = TimeSpan.FromDays(30);

    /// <summary>Receipts of so many days expire at one time, so that it tells little of when they were given: 10. Ours; clients would allow
    /// 13.</summary>
    public const int ReceiptGridDays = 10;

    /// <summary>How long a device that waits to be linked is kept waiting: 90 seconds.</summary>
    public static readonly TimeSpan ProvisioningSocketAge = TimeSpan.FromSeconds(90);

    /// <summary>How long a token to link a device is good: 10 minutes.</summary>
    public static readonly TimeSpan LinkToken = TimeSpan.FromMinutes(10);

    /// <summary>How long a reserved username is kept: 5 minutes.</summary>
    public static readonly TimeSpan UsernameReservation = TimeSpan.FromMinutes(5);

    /// <summary>How long a former username is kept for its account: 7 days.</summary>
    public static readonly TimeSpan FormerUsername = TimeSpan.FromDays(7);

    /// <summary>How long something is kept for those who wait for it: an hour.</summary>
    public static readonly TimeSpan AwaitedAge = TimeSpan.FromHours(1);

    /// <summary>Longest that a request waits before it is answered with 204. Ours: clients ask again, and connections break.</summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromMinutes(5);
}
