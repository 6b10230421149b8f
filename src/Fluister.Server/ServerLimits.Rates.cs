using Fluister.Server.Limits;

namespace Fluister.Server;

// How often, by Signal's numbers where it has one (facts on its service, section 3, and RateLimiters there).
internal static partial class ServerLimits
{
    /// <summary>Most buckets of limits that are kept at once; one is about 100 bytes.</summary>
    public const int Buckets = 64 * 1024;

    /// <summary>Messages from one account to another: 60, one a second.</summary>
    public static readonly Limit Messages = new("messages", 60, TimeSpan.FromSeconds(1));

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

    /// <summary>Provisioning sockets from one place: 100, one a second. Ours.</summary>
    public static readonly Limit ProvisioningSocket = new("provisioningSocket", 100, TimeSpan.FromSeconds(1));
}
