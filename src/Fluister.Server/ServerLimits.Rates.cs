using Fluister.Server.Limits;

namespace Fluister.Server;

// How often, by Signal's numbers where it has one (facts on its service, section 3, and RateLimiters there).
internal static partial class ServerLimits
{
    /// <summary>Most buckets of limits that are kept at once; one is about 100 bytes.</summary>
    public const int Buckets = 64 * 1024;

    /// <summary>Bytes of a message that count as one towards what may come from one place: 8 KiB; a larger message counts as several.
    /// Ours.</summary>
    public const int MessageBlock = 8 * 1024;

    /// <summary>Recipients of a message for many that count as one message: 10. Ours.</summary>
    public const int RecipientsOfMessage = 10;

    /// <summary>Messages in a minute from one account to another: 60, one a second, as Signal's. The operator can raise it.</summary>
    public const int MessagesPerPair = 60;

    /// <summary>Sealed messages in a minute from one place to one account: 600. Ours: many may live behind one address.</summary>
    public const int SealedMessagesPerPair = 600;

    /// <summary>Messages in a minute from one place: 6000. Ours.</summary>
    public const int MessagesPerAddress = 6000;

    /// <summary>Registrations from one place at once: 100, and one in ten seconds after them. Ours: a community behind one address can
    /// register together.</summary>
    public const int RegistrationsPerAddress = 100;

    /// <summary>Most that the operator can raise these to: a hundred million, which is no bound any more.</summary>
    public const int MostMessagesPerMinute = 100_000_000;

    /// <summary>Most that the bound on strangers can be set to.</summary>
    public const int MostStrangersPerDay = 100_000;

    /// <summary>How long two accounts of which one has written to the other are no strangers: 30 days. Ours.</summary>
    public static readonly TimeSpan Acquaintance = TimeSpan.FromDays(30);

    /// <summary>How long a report of spam is kept: 90 days, in which an operator looks. Ours.</summary>
    public static readonly TimeSpan ReportAge = TimeSpan.FromDays(90);

    /// <summary>How long a challenge may be answered: a day. Ours.</summary>
    public static readonly TimeSpan ChallengeAge = TimeSpan.FromDays(1);

    /// <summary>Answers of an account to challenges: 10, one in 144 minutes, as Signal's.</summary>
    public static readonly Limit CaptchaChallengeAttempt = new("captchaChallengeAttempt", 10, TimeSpan.FromMinutes(144));

    /// <summary>Right answers of an account to challenges: 2, one in 12 hours, as Signal's.</summary>
    public static readonly Limit CaptchaChallengeSuccess = new("captchaChallengeSuccess", 2, TimeSpan.FromHours(12));

    /// <summary>Bytes of messages to one account: 128 MiB, 2000 a second, as Signal's.</summary>
    public static readonly Limit InboundBytes = new("inboundMessageBytes", 128 * 1024 * 1024, TimeSpan.FromMicroseconds(500));

    /// <summary>Stories to one account: 5000, one in 8 seconds, as Signal's.</summary>
    public static readonly Limit Stories = new("stories", 5000, TimeSpan.FromSeconds(8));

    /// <summary>Provisioning messages of an account: 60, one a second.</summary>
    public static readonly Limit Provisioning = new("provisioning", 60, TimeSpan.FromSeconds(1));

    /// <summary>Taking the keys of a device, for each caller and device: 6, one in ten minutes.</summary>
    public static readonly Limit PreKeys = new("preKeys", 6, TimeSpan.FromMinutes(10));

    /// <summary>Taking the keys of an account from one place, without saying who: 60, one in 10 seconds. Ours: Signal has no such
    /// bound.</summary>
    public static readonly Limit PreKeysAnonymous = new("preKeysAnonymous", 60, TimeSpan.FromSeconds(10));

    /// <summary>Provisioning codes of an account: 6, one in two minutes.</summary>
    public static readonly Limit AllocateDevice = new("allocateDevice", 6, TimeSpan.FromMinutes(2));

    /// <summary>Linking to an account: 6, one in two minutes.</summary>
    public static readonly Limit VerifyDevice = new("verifyDevice", 6, TimeSpan.FromMinutes(2));

    /// <summary>Profiles that an account reads: 4320, one in 20 seconds.</summary>
    public static readonly Limit Profile = new("profile", 4320, TimeSpan.FromSeconds(20));

    /// <summary>Usernames that are looked up from one place: 100, one in 15 minutes.</summary>
    public static readonly Limit UsernameLookup = new("usernameLookup", 100, TimeSpan.FromMinutes(15));

    /// <summary>Usernames that an account confirms: 100, one in 15 minutes.</summary>
    public static readonly Limit UsernameSet = new("usernameSet", 100, TimeSpan.FromMinutes(15));

    /// <summary>Usernames that an account reserves: 100, one in 15 minutes.</summary>
    public static readonly Limit UsernameReserve = new("usernameReserve", 100, TimeSpan.FromMinutes(15));

    /// <summary>Changes of a username's link: 10, one a minute.</summary>
    public static readonly Limit UsernameLinkOperation = new("usernameLinkOperation", 10, TimeSpan.FromMinutes(1));

    /// <summary>Links that are looked up from one place: 100, one in 15 seconds.</summary>
    public static readonly Limit UsernameLinkLookup = new("usernameLinkLookup", 100, TimeSpan.FromSeconds(15));

    /// <summary>Accounts whose being there is asked for from one place: 1000, one in 4 seconds.</summary>
    public static readonly Limit AccountExistence = new("accountExistence", 1000, TimeSpan.FromSeconds(4));

    /// <summary>Tries to register one number or account: 6, one in 30 seconds.</summary>
    public static readonly Limit Registration = new("registration", 6, TimeSpan.FromSeconds(30));

    /// <summary>Wrong registration locks or recovery passwords of one account: 10, one a day.</summary>
    public static readonly Limit Pin = new("pin", 10, TimeSpan.FromDays(1));

    /// <summary>Verification sessions from one place: 1000, one a second. Ours: it bounds how fast memory turns over, while a community
    /// behind one address can register together.</summary>
    public static readonly Limit VerificationSession = new("verificationSession", 1000, TimeSpan.FromSeconds(1));

    /// <summary>Invites that are tried in one verification session: 10, one in 30 seconds, as captchas.</summary>
    public static readonly Limit VerificationCaptcha = new("verificationCaptcha", 10, TimeSpan.FromSeconds(30));

    /// <summary>Wrong codes for one invite, over all sessions: 10, one in ten minutes. Ours.</summary>
    public static readonly Limit InviteCode = new("inviteCode", 10, TimeSpan.FromMinutes(10));

    /// <summary>Waits for a linked device: 10, one in 30 seconds.</summary>
    public static readonly Limit WaitForLinkedDevice = new("waitForLinkedDevice", 10, TimeSpan.FromSeconds(30));

    /// <summary>Transfer archives that an account announces: 10, one a minute.</summary>
    public static readonly Limit UploadTransferArchive = new("uploadTransferArchive", 10, TimeSpan.FromMinutes(1));

    /// <summary>Waits for a transfer archive: 10, one in 30 seconds.</summary>
    public static readonly Limit WaitForTransferArchive = new("waitForTransferArchive", 10, TimeSpan.FromSeconds(30));

    /// <summary>Requests to restore an account, told or awaited, from one place: 10, ten a second.</summary>
    public static readonly Limit RestoreAccount = new("restoreAccount", 10, TimeSpan.FromMilliseconds(100));

    /// <summary>Identity keys that are compared, in batches, from one place: 100, one a minute.</summary>
    public static readonly Limit BatchIdentityCheck = new("batchIdentityCheck", 100, TimeSpan.FromMinutes(1));

    /// <summary>Most credentials that are checked at once: 10, as Signal's.</summary>
    public const int CheckedCredentials = 10;

    /// <summary>Checks of credentials from one place: 100, one in 15 minutes, as Signal's.</summary>
    public static readonly Limit CredentialCheck = new("backupAuthCheck", 100, TimeSpan.FromMinutes(15));

    /// <summary>Credentials for other services that an account gets: 100, one in 15 minutes, as Signal's.</summary>
    public static readonly Limit ExternalCredentials = new("externalServiceCredentials", 100, TimeSpan.FromMinutes(15));

    /// <summary>Provisioning sockets from one place: 100, one a second. Ours.</summary>
    public static readonly Limit ProvisioningSocket = new("provisioningSocket", 100, TimeSpan.FromSeconds(1));
}
