namespace Fluister.Client.Accounts;

/// <summary>What an account has to do with its home server beside messages. Each is done once it can be, and again after a crash.</summary>
[Flags]
internal enum UpkeepTask
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Asks the other devices for what they know, after linking.</summary>
    AskDevices = 1,

    /// <summary>Reads what other devices wrote to the storage service.</summary>
    ReadStorage = 2,

    /// <summary>Writes what changed here to the storage service.</summary>
    WriteStorage = 4,

    /// <summary>Reads the account's own profile.</summary>
    OwnProfile = 8,

    /// <summary>Reads profiles of people that were not read yet, or whose key has changed.</summary>
    Profiles = 16,

    /// <summary>Asks the server who the account is: number, username.</summary>
    Account = 32,

    /// <summary>Publishes the account's own profile.</summary>
    PublishProfile = 64,

    /// <summary>Publishes what the account says of itself: the access key, which follows the profile key, and what the device can
    /// do.</summary>
    Attributes = 128,
}
