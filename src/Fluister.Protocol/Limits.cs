namespace Fluister.Protocol;

/// <summary>Every bound of the protocol, by name. The values are Signal's own (libsignal 0.103), so that peers agree on what is
/// refused.</summary>
public static class Limits
{
    /// <summary>Most steps that one chain may be advanced for one message: 25,000.</summary>
    public const int ForwardJumps = 25_000;

    /// <summary>The same for sessions between devices of one account, where libsignal has no bound: 1,000,000. A device that is away for
    /// weeks does not come near it, and without one a forged number would keep a receiver busy for an hour.</summary>
    public const int SelfForwardJumps = 1_000_000;

    /// <summary>Most keys of skipped messages kept for one chain: 2,000.</summary>
    public const int MessageKeys = 2_000;

    /// <summary>Most receiver chains kept in a session: 5.</summary>
    public const int ReceiverChains = 5;

    /// <summary>Most archived states kept beside the current one: 40.</summary>
    public const int ArchivedStates = 40;

    /// <summary>Most states of a sender key kept for one sender and distribution: 5.</summary>
    public const int SenderKeyStates = 5;

    /// <summary>Highest registration id: 14 bits, because two bits of the field have another meaning in messages for many.</summary>
    public const int RegistrationId = 0x3fff;

    /// <summary>Most recipients of one message for many: 6,000, above which libsignal too expects a mistake.</summary>
    public const int MultiRecipients = 6_000;

    /// <summary>Most devices of one recipient in a message for many: 127, as many as there are ids.</summary>
    public const int RecipientDevices = 127;

    /// <summary>Most bytes of a message for many that is parsed at all: 2 MiB, for the message and that many recipients of some
    /// devices.</summary>
    public const int MultiRecipientBytes = 2 * 1024 * 1024;

    /// <summary>A session without an answer for longer than this is not used for sending: 30 days.</summary>
    public static readonly TimeSpan UnacknowledgedSession = TimeSpan.FromDays(30);

    /// <summary>Most bytes of one message of any kind that is parsed at all: 256 KiB, as the service's envelope allows.</summary>
    public const int MessageBytes = 256 * 1024;

    /// <summary>Most bytes of a session record that is parsed at all: 64 MiB, far beyond forty archived states with all their skipped
    /// keys.</summary>
    public const int RecordBytes = 64 * 1024 * 1024;

    /// <summary>Most bytes of a device's name: 256, more than the service stores (225, encrypted).</summary>
    public const int DeviceNameBytes = 256;

    /// <summary>Most bytes of one chunk of an incremental MAC, which are held until it is checked: 2 MiB, libsignal's own most.</summary>
    public const int AttachmentChunkBytes = 2 * 1024 * 1024;

    /// <summary>Most bytes of a manifest of the storage service: 4 MiB, more than a hundred thousand records.</summary>
    public const int StorageManifestBytes = 4 * 1024 * 1024;

    /// <summary>Most bytes of a provisioning envelope: 64 KiB; a usual one has less than 1 KiB.</summary>
    public const int ProvisioningBytes = 64 * 1024;

    /// <summary>Most characters of the URL that a new device shows: 2,048.</summary>
    public const int LinkingUrlChars = 2_048;

    /// <summary>Most KiB of memory that a stored hash of a PIN may ask for: 64 MiB; libsignal's asks for 512 KiB.</summary>
    public const int PinHashMemoryKiB = 64 * 1024;

    /// <summary>Most passes that a stored hash of a PIN may ask for: 128; libsignal's asks for 64.</summary>
    public const int PinHashPasses = 128;

    /// <summary>Most rounds of hashing of a fingerprint: 1,000,000, as libsignal; Signal's have 5,200.</summary>
    public const int FingerprintRounds = 1_000_000;
}
