using Fluister.Server.Requests;

namespace Fluister.Server.Accounts;

/// <summary>What devices say that they can do, by Signal's names, and what that makes of their account.</summary>
internal static class Capabilities
{
    /// <summary>Keeps settings in the storage service.</summary>
    public const string Storage = "storage";

    /// <summary>Can move its data to another device.</summary>
    public const string Transfer = "transfer";

    /// <summary>Encrypts with the ratchet that no quantum computer breaks.</summary>
    public const string PostQuantumRatchet = "spqr";

    /// <summary>Knows accounts without a number.</summary>
    public const string OptionalNumber = "optionalPhoneNumber";

    private const string AttachmentBackfill = "attachmentBackfill";
    private const string UsernameChangeSync = "usernameChangeSyncMessage";
    private const int Most = 64;
    private const int Length = 64;

    /// <summary>The names of what a device can do.</summary>
    /// <exception cref="RefusedException">422: too many, or no names.</exception>
    public static IReadOnlyList<string> Read(IReadOnlyDictionary<string, bool>? given)
    {
        List<string> names = [.. (given ?? new Dictionary<string, bool>()).Where(entry => entry.Value).Select(entry => entry.Key).Order()];
        return names.Count <= Most && names.TrueForAll(IsName) ? names : throw new RefusedException(422);
    }

    /// <summary>Whether an account can do something: some things need one device, some the primary, most all of them.</summary>
    public static bool Has(Account account, string name) => name switch
    {
        Storage => account.Devices.Any(device => device.Capabilities.Contains(name)),
        Transfer or AttachmentBackfill => account.Find(Device.Primary)?.Capabilities.Contains(name) == true,
        _ => account.Devices.All(device => device.Capabilities.Contains(name)),
    };

    /// <summary>Whether a new device lacks what every device must be able to do, or all of the account's can.</summary>
    public static bool IsDowngrade(Account account, IReadOnlyList<string> ofNewDevice) =>
        !Suffices(ofNewDevice)
        || (account.Number is null && !ofNewDevice.Contains(OptionalNumber))
        || (Has(account, UsernameChangeSync) && !ofNewDevice.Contains(UsernameChangeSync));

    /// <summary>Whether a device can do what every device must be able to do, or nobody could write to it.</summary>
    public static bool Suffices(IReadOnlyList<string> ofNewDevice) => ofNewDevice.Contains(PostQuantumRatchet);

    /// <summary>What a profile says that an account can do; more to its own devices.</summary>
    public static IReadOnlyDictionary<string, bool> Of(Account account, bool toItself)
    {
        IEnumerable<string> names = toItself ? [PostQuantumRatchet, AttachmentBackfill, UsernameChangeSync] : [PostQuantumRatchet];
        return names.ToDictionary(name => name, name => Has(account, name));
    }

    /// <summary>What a profile of another home server says that its account can do.</summary>
    public static IReadOnlyDictionary<string, bool> OfOther(ICollection<string> names) =>
        new Dictionary<string, bool> { [PostQuantumRatchet] = names.Contains(PostQuantumRatchet) };

    private static bool IsName(string name) =>
        name.Length is > 0 and <= Length && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-');
}
