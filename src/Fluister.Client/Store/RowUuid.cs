using System.Security.Cryptography;

namespace Fluister.Client.Store;

/// <summary>Ids of rows.</summary>
internal static class RowUuid
{
    /// <summary>A random UUID of version 4, as Signal Desktop draws them for conversations.</summary>
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return Versioned(bytes, 4);
    }

    /// <summary>A UUID of version 7 (RFC 9562, section 5.7) for a message: those of one time lie together in the index, which makes
    /// writing them cheaper.</summary>
    public static string New(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        var milliseconds = time.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
        {
            bytes[i] = (byte)(milliseconds >> (8 * (5 - i)));
        }

        return Versioned(bytes, 7);
    }

    private static string Versioned(Span<byte> bytes, int version)
    {
        bytes[6] = (byte)((bytes[6] & 0x0f) | (version << 4));
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
