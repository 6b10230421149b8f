using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server.Limits;
using Fluister.Wire;
using Fluister.Wire.Json;

namespace Fluister.Server.Avatars;

/// <summary>Gives out the right to upload one avatar, and checks it: the form of an S3 "POST policy", which clients fill in and do not
/// look into.</summary>
/// <remarks>The policy follows from the key and the time, so that what is checked is what was given out; nothing is parsed.</remarks>
internal sealed class AvatarForms(byte[] key, RateLimits limits, ServerTag tag, RandomSource random, TimeProvider time)
{
    private const string Acl = "private";
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Timestamp = "yyyyMMdd'T'HHmmss'Z'";

    private static ReadOnlySpan<byte> Label => "fluister avatar policy\0"u8;

    /// <summary>A form for a fresh avatar of an account.</summary>
    /// <exception cref="Requests.RefusedException">429: too much; a form counts as the largest avatar.</exception>
    public AvatarFormJson Create(Guid account)
    {
        limits.Take(ServerLimits.AvatarKibibytes, account, ServerLimits.Avatar / 1024);
        var (now, avatar) = (time.GetUtcNow(), AvatarKey.Generate(tag, random));
        var policy = Policy(avatar, now);
        return new AvatarFormJson(
            avatar,
            string.Create(CultureInfo.InvariantCulture, $"fluister/{now:yyyyMMdd}/home/s3/aws4_request"),
            Acl,
            Algorithm,
            now.ToString(Timestamp, CultureInfo.InvariantCulture),
            policy,
            Sign(policy));
    }

    /// <summary>The avatar that the fields of a form give the right to upload; or none.</summary>
    public string? Right(IReadOnlyDictionary<string, string> fields)
    {
        var avatar = fields.GetValueOrDefault("key", "");
        if (!DateTimeOffset.TryParseExact(
                fields.GetValueOrDefault("x-amz-date"),
                Timestamp,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var given)
            || (time.GetUtcNow() - given).Duration() > ServerLimits.AvatarForm)
        {
            return null;
        }

        var policy = Policy(avatar, given);
        return fields.GetValueOrDefault("policy") == policy && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Sign(policy)), Encoding.UTF8.GetBytes(fields.GetValueOrDefault("x-amz-signature", "")))
            ? avatar
            : null;
    }

    private static string Policy(string avatar, DateTimeOffset now)
    {
        var expires = (now + ServerLimits.AvatarForm).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(
            $$"""{"expiration":"{{expires}}","conditions":[{"key":"{{avatar}}"},["content-length-range",1,{{ServerLimits.Avatar}}]]}"""));
    }

    private string Sign(string policy) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, (byte[])[.. Label, .. Encoding.UTF8.GetBytes(policy)]));
}
