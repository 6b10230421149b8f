using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.Wire.Json;

/// <summary>Begins the verification of a number.</summary>
public sealed record CreateSessionJson(string Number);

/// <summary>Answers a challenge of a verification session: here the captcha is the invite.</summary>
public sealed record UpdateSessionJson(string? Captcha = null);

/// <summary>Asks that a code be sent.</summary>
public sealed record RequestCodeJson(string? Transport = null, string? Client = null);

/// <summary>The code.</summary>
public sealed record SubmitCodeJson(string Code);

/// <summary>How far the verification of a number is; times in seconds.</summary>
public sealed record VerificationSessionJson(
    string Id, bool AllowedToRequestCode, IReadOnlyList<string> RequestedInformation, bool Verified, int? NextSms = null,
    int? NextCall = null, int? NextVerificationAttempt = null);

/// <summary>What an account says of itself and of the device that says it.</summary>
public sealed record AccountAttributesJson
{
    /// <summary>The device keeps a connection and is not woken by a push service.</summary>
    public bool FetchesMessages { get; init; }

    /// <summary>Drawn by the device for the account's id.</summary>
    public int RegistrationId { get; init; }

    /// <summary>Drawn by the device for the number's id.</summary>
    public int? PniRegistrationId { get; init; }

    /// <summary>The device's encrypted name.</summary>
    public byte[]? Name { get; init; }

    /// <summary>64 hexadecimal digits, if the account is locked to a PIN.</summary>
    public string? RegistrationLock { get; init; }

    /// <summary>16 bytes, as numbers or as base64.</summary>
    [JsonConverter(typeof(BytesConverter))]
    public byte[]? UnidentifiedAccessKey { get; init; }

    /// <summary>Anybody may send without saying who they are.</summary>
    public bool UnrestrictedUnidentifiedAccess { get; init; }

    /// <summary>May be found by its number.</summary>
    public bool DiscoverableByPhoneNumber { get; init; } = true;

    /// <summary>32 bytes that register the account again.</summary>
    public byte[]? RecoveryPassword { get; init; }

    /// <summary>What the device can do, by name.</summary>
    public IReadOnlyDictionary<string, bool>? Capabilities { get; init; }
}

/// <summary>Registers an account.</summary>
public sealed record RegistrationJson
{
    /// <summary>The verified session of the number.</summary>
    public string? SessionId { get; init; }

    /// <summary>Instead of a session: 32 bytes that the account set before.</summary>
    public byte[]? RecoveryPassword { get; init; }

    /// <summary>Instead of a session: for accounts without a number.</summary>
    public byte[]? ReceiptCredentialPresentation { get; init; }

    /// <summary>A push service's token; not kept.</summary>
    public JsonElement? GcmToken { get; init; }

    /// <summary>Another push service's token; not kept.</summary>
    public JsonElement? ApnToken { get; init; }

    /// <summary>What the account says of itself.</summary>
    public required AccountAttributesJson AccountAttributes { get; init; }

    /// <summary>The person has chosen not to move data from another device.</summary>
    public bool SkipDeviceTransfer { get; init; }

    /// <summary>33 bytes.</summary>
    public required byte[] AciIdentityKey { get; init; }

    /// <summary>33 bytes; absent for accounts without a number, and ignored there.</summary>
    public byte[]? PniIdentityKey { get; init; }

    /// <summary>The account id's signed EC key.</summary>
    public SignedPreKeyJson? AciSignedPreKey { get; init; }

    /// <summary>The number id's signed EC key.</summary>
    public SignedPreKeyJson? PniSignedPreKey { get; init; }

    /// <summary>The account id's KEM key of last resort.</summary>
    public SignedPreKeyJson? AciPqLastResortPreKey { get; init; }

    /// <summary>The number id's KEM key of last resort.</summary>
    public SignedPreKeyJson? PniPqLastResortPreKey { get; init; }
}

/// <summary>Asks for a receipt that registers an account without a number.</summary>
/// <param name="PurchaseIdentifier">Where clients name what they bought: an invite with its code, "TOKEN.CODE".</param>
/// <param name="ReceiptCredentialRequest">97 bytes.</param>
/// <param name="PaymentProvider">A provider that clients know; any is taken, since nobody is paid.</param>
public sealed record CreateLoginReceiptJson(string PurchaseIdentifier, byte[] ReceiptCredentialRequest, string PaymentProvider);

/// <summary>The receipt, encrypted to the client: 409 bytes.</summary>
public sealed record LoginReceiptJson(byte[] ReceiptCredentialResponse);

/// <summary>An account, as it is told who it is.</summary>
public sealed record AccountIdentityJson
{
    /// <summary>The account's id.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its number.</summary>
    public string? Number { get; init; }

    /// <summary>Its number's id, without a prefix.</summary>
    public Guid? Pni { get; init; }

    /// <summary>The hash of its username, base64url.</summary>
    public string? UsernameHash { get; init; }

    /// <summary>The handle of its username's link.</summary>
    public Guid? UsernameLinkHandle { get; init; }

    /// <summary>Whether a device of it keeps its settings here.</summary>
    public bool StorageCapable { get; init; }

    /// <summary>What was bought: nothing.</summary>
    public EntitlementsJson Entitlements { get; init; } = new([]);

    /// <summary>16 bytes that stand for the number in credentials, for accounts without one.</summary>
    public byte[]? AuthCredentialSalt { get; init; }

    /// <summary>At registration: whether the account was there before.</summary>
    public bool? Reregistration { get; init; }
}

/// <summary>What was bought.</summary>
public sealed record EntitlementsJson(IReadOnlyList<string> Badges);
