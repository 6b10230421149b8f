using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Devices;
using Fluister.Server.Requests;
using Fluister.Wire;
using Fluister.Wire.Json;

namespace Fluister.Server.Registration;

/// <summary>Somebody who registers: what they bring, checked, before anything is looked up.</summary>
internal sealed class Newcomer
{
    private readonly IdentityKey _aci;
    private readonly IdentityKey? _pni;

    /// <summary>Checks what they bring.</summary>
    /// <exception cref="RefusedException">422: keys, attributes, or not exactly one proof and one way to be told of messages; 499: the
    /// device cannot do what every device must.</exception>
    public Newcomer(RegistrationJson body)
    {
        Body = body;
        var attributes = body.AccountAttributes;
        Attributes.Check(attributes);
        object?[] proofs = [body.SessionId, body.RecoveryPassword, body.ReceiptCredentialPresentation];
        object?[] ofNumber =
            [body.PniIdentityKey, body.PniSignedPreKey, body.PniPqLastResortPreKey, attributes.PniRegistrationId];
        var channels = (attributes.FetchesMessages ? 1 : 0) + (body.GcmToken is null ? 0 : 1) + (body.ApnToken is null ? 0 : 1);
        if (proofs.Count(IsGiven) != 1 || channels != 1 || ofNumber.Count(part => part is not null) is not (0 or 4))
        {
            throw new RefusedException(422);
        }

        (_aci, _pni) = (Key(body.AciIdentityKey), body.PniIdentityKey is { } pni ? Key(pni) : null);
        Keys = new DeviceKeys(
            _aci, _pni, (body.AciSignedPreKey, body.AciPqLastResortPreKey), (body.PniSignedPreKey, body.PniPqLastResortPreKey));
        Abilities = Capabilities.Read(attributes.Capabilities);
        if (!Capabilities.Suffices(Abilities))
        {
            throw new RefusedException(499);
        }
    }

    /// <summary>What they sent.</summary>
    public RegistrationJson Body { get; }

    /// <summary>Whether they brought keys for a number.</summary>
    public bool HasNumberKeys => _pni is not null;

    /// <summary>All the keys that they brought.</summary>
    public DeviceKeys Keys { get; }

    /// <summary>The keys of an account without a number.</summary>
    public DeviceKeys KeysWithoutNumber => new(_aci, null, (Body.AciSignedPreKey, Body.AciPqLastResortPreKey), default);

    private IReadOnlyList<string> Abilities { get; }

    /// <summary>An account with a number, which is not given yet.</summary>
    public Account Account(string password, ServerTag tag, DateTimeOffset now, RandomSource random) => new()
    {
        Aci = tag.Mint(random),
        Pni = tag.Mint(random),
        AciIdentity = _aci,
        PniIdentity = _pni,
        Devices = [Primary(password, now, Body.AccountAttributes.PniRegistrationId, random)],
    };

    /// <summary>An account without one.</summary>
    public Account AccountWithoutNumber(string password, ServerTag tag, DateTimeOffset now, RandomSource random)
    {
        var salt = new byte[ServerLimits.CredentialSalt];
        random.Fill(salt);
        return new Account
        {
            Aci = tag.Mint(random),
            AciIdentity = _aci,
            CredentialSalt = salt,
            Devices = [Primary(password, now, null, random)],
        };
    }

    private static bool IsGiven(object? proof) => proof is not (null or "" or byte[] { Length: 0 });

    private static IdentityKey Key(byte[] bytes)
    {
        try
        {
            return IdentityKey.Read(bytes);
        }
        catch (ProtocolException)
        {
            throw new RefusedException(422);
        }
    }

    private Device Primary(string password, DateTimeOffset now, int? pniRegistrationId, RandomSource random) => new()
    {
        Id = Device.Primary,
        Password = PasswordHash.Of(password, random),
        RegistrationId = Body.AccountAttributes.RegistrationId,
        PniRegistrationId = pniRegistrationId,
        Name = Body.AccountAttributes.Name,
        Capabilities = Abilities,
        Created = now,
        LastSeenDay = ServerClock.Day(now),
    };
}
