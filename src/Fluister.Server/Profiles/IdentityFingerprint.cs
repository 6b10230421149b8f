using System.Security.Cryptography;

namespace Fluister.Server.Profiles;

/// <summary>By which it is seen whether somebody knows an identity key as it is: the first bytes of its SHA-256.</summary>
internal static class IdentityFingerprint
{
    /// <summary>How many bytes: 4, as Signal's.</summary>
    public const int Bytes = 4;

    // Hashed where there is no key, so that the time does not tell.
    private static readonly byte[] Nobody = new byte[33];

    /// <summary>Whether a key has a fingerprint.</summary>
    public static bool Fits(byte[]? key, ReadOnlySpan<byte> fingerprint) =>
        SHA256.HashData(key ?? Nobody).AsSpan(0, Bytes).SequenceEqual(fingerprint);
}
