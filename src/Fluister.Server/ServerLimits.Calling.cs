using Fluister.Server.Limits;

namespace Fluister.Server;

// Calls and avatars.
internal static partial class ServerLimits
{
    /// <summary>Most TURN URLs that are handed out. Ours.</summary>
    public const int TurnUrls = 16;

    /// <summary>Most bytes of an avatar: 10 MiB, as Signal's.</summary>
    public const int Avatar = 10 * 1024 * 1024;

    /// <summary>Most bytes of one field before the file in an upload of an avatar: 4 KiB; the policy is the longest. Ours.</summary>
    public const int AvatarField = 4 * 1024;

    /// <summary>Most fields before the file in an upload of an avatar. Signal's clients send eight. Ours.</summary>
    public const int AvatarFields = 16;

    /// <summary>Most avatars that are deleted at once; the next round of housekeeping goes on. Ours.</summary>
    public const int AvatarsDeletedAtOnce = 1000;

    /// <summary>How often an account asks for relays: 100, one in ten minutes, as Signal's.</summary>
    public static readonly Limit CallingRelays = new("getCallingRelays", 100, TimeSpan.FromMinutes(10));

    /// <summary>Kibibytes of avatars that an account gets forms for: 100 MiB, 100,000 bytes a second, as Signal's.</summary>
    public static readonly Limit AvatarKibibytes = new("profileAvatarBytes", 100 * 1024, TimeSpan.FromMilliseconds(10.24));

    /// <summary>How long a name and password for the TURN server are good: a day, so that the longest call is over. Ours.</summary>
    public static readonly TimeSpan TurnCredential = TimeSpan.FromDays(1);

    /// <summary>How long a form for an avatar is good: 30 minutes, as Signal's.</summary>
    public static readonly TimeSpan AvatarForm = TimeSpan.FromMinutes(30);
}
