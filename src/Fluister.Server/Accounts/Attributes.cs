using Fluister.Cryptography;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Accounts;

/// <summary>What an account says of itself, checked.</summary>
internal static class Attributes
{
    /// <summary>Refuses attributes that are out of bounds.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public static void Check(AccountAttributesJson attributes)
    {
        if (!IsRegistrationId(attributes.RegistrationId)
            || (attributes.PniRegistrationId is { } pni && !IsRegistrationId(pni))
            || attributes.Name?.Length > ServerLimits.DeviceName
            || attributes.UnidentifiedAccessKey?.Length is not (null or 0 or ServerLimits.AccessKey)
            || attributes.RecoveryPassword?.Length is not (null or 0 or ServerLimits.RecoveryPassword)
            || attributes.RegistrationLock?.Length is not (null or 0 or ServerLimits.RegistrationLock))
        {
            throw new RefusedException(422);
        }
    }

    /// <summary>An account with what its attributes say; what hangs on a device is the device's.</summary>
    /// <remarks>The recovery password stays where none is given, the registration lock does not; so Signal has it. The
    /// lock and being found are about a number.</remarks>
    public static Account Apply(Account account, AccountAttributesJson attributes, RandomSource random) => account with
    {
        AccessKey = attributes.UnidentifiedAccessKey is { Length: > 0 } key ? key : null,
        IsUnrestricted = attributes.UnrestrictedUnidentifiedAccess,
        IsDiscoverable = account.Number is not null && attributes.DiscoverableByPhoneNumber,
        RegistrationLock = account.Number is not null && attributes.RegistrationLock is { Length: > 0 } registrationLock
            ? account.RegistrationLock?.Fits(registrationLock) == true
                ? account.RegistrationLock
                : PasswordHash.Of(registrationLock, random)
            : null,
        RecoveryPassword = attributes.RecoveryPassword is { Length: > 0 } recovery
            ? Recovery(recovery, random)
            : account.RecoveryPassword,
    };

    /// <summary>What a recovery password is checked against.</summary>
    public static PasswordHash Recovery(ReadOnlySpan<byte> password, RandomSource random) =>
        PasswordHash.Of(Convert.ToHexString(password), random);

    /// <summary>Whether it is the account's recovery password.</summary>
    public static bool Recovers(Account? account, ReadOnlySpan<byte> password)
    {
        // Without an account the work is the same, so that the time does not tell.
        var fits = (account?.RecoveryPassword ?? Nothing).Fits(Convert.ToHexString(password));
        return fits && account?.RecoveryPassword is not null;
    }

    private static readonly PasswordHash Nothing = PasswordHash.Of("", RandomSource.System);

    private static bool IsRegistrationId(int id) => id is > 0 and <= ServerLimits.RegistrationId;
}
