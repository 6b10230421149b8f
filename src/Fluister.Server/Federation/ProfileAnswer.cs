using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Avatars;
using Fluister.Server.Profiles;
using Fluister.Wire;
using Fluister.Wire.Json;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>A profile as one home server tells it to another.</summary>
internal static class ProfileAnswer
{
    private const int ChecksumBytes = 32;

    /// <summary>An account's, with a version of its profile where there is that version.</summary>
    public static ProfileResponse Write(Account account, (Profile Profile, bool IsNewest)? found)
    {
        var profile = found?.Profile;
        return new ProfileResponse
        {
            IdentityKey = Bytes(account.AciIdentity.Serialized.ToArray()),
            AccessKeyChecksum = Bytes(ProfileRoom.Checksum(account)),
            Unrestricted = account.IsUnrestricted,
            Capabilities = { Capabilities.Of(account, toItself: false).Where(entry => entry.Value).Select(entry => entry.Key) },
            Name = Bytes(profile?.Name),
            About = Bytes(profile?.About),
            AboutEmoji = Bytes(profile?.AboutEmoji),
            Avatar = profile?.Avatar ?? "",
            PaymentAddress = Bytes(found is { IsNewest: true } ? profile?.PaymentAddress : null),
            PhoneNumberSharing = Bytes(profile?.PhoneNumberSharing),
            Commitment = Bytes(profile?.Commitment),
        };
    }

    /// <summary>What a client is given of an answer: no more than its own home server would let somebody set; or none, where the answer
    /// is not one.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="aci">Whose.</param>
    /// <param name="version">Which was asked for; none for the key alone.</param>
    public static ProfileJson? Read(ProfileResponse answer, Guid aci, string? version)
    {
        if (answer.AccessKeyChecksum.Length is not (0 or ChecksumBytes) || !IsKey(answer.IdentityKey.Span))
        {
            return null;
        }

        Profile? profile = null;
        if (version is not null && !answer.Commitment.IsEmpty)
        {
            profile = new Profile
            {
                Version = version,
                Commitment = answer.Commitment.ToByteArray(),
                Name = Bytes(answer.Name),
                About = Bytes(answer.About),
                AboutEmoji = Bytes(answer.AboutEmoji),
                Avatar = answer.Avatar.Length == 0 ? null : answer.Avatar,
                PaymentAddress = Bytes(answer.PaymentAddress),
                PhoneNumberSharing = Bytes(answer.PhoneNumberSharing),
            };
            if (!profile.IsWellFormed || (profile.Avatar is { } avatar && !IsOf(avatar, ServerTag.Of(aci))))
            {
                return null;
            }
        }

        return new ProfileJson
        {
            IdentityKey = answer.IdentityKey.ToByteArray(),
            Uuid = aci.ToString(),
            UnidentifiedAccess = Bytes(answer.AccessKeyChecksum),
            UnrestrictedUnidentifiedAccess = answer.Unrestricted,
            Capabilities = Capabilities.OfOther(answer.Capabilities),
            Name = profile?.Name,
            About = profile?.About,
            AboutEmoji = profile?.AboutEmoji,
            Avatar = profile?.Avatar,
            PaymentAddress = profile?.PaymentAddress,
            PhoneNumberSharing = profile?.PhoneNumberSharing,
        };
    }

    /// <summary>Whether bytes are an identity key.</summary>
    public static bool IsKey(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ = IdentityKey.Read(bytes);
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }

    // Else one server could have clients ask another for whatever it likes.
    private static bool IsOf(string avatar, ServerTag home) => AvatarKey.Read(avatar) is { } id && ServerTag.Of(id) == home;

    private static ByteString Bytes(byte[]? bytes) => bytes is null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);

    private static byte[]? Bytes(ByteString bytes) => bytes.IsEmpty ? null : bytes.ToByteArray();
}
