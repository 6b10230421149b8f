using System.Buffers.Text;
using Fluister.Cryptography;
using Fluister.Wire;

namespace Fluister.Server.Avatars;

/// <summary>An avatar's name, as clients have it: "profiles/" and 16 bytes in base64url. The bytes are an id that bears the server's tag,
/// so that it leads to where the avatar is; the rest nobody can guess.</summary>
internal static class AvatarKey
{
    /// <summary>What stands before it, which is also the path's first segment.</summary>
    public const string Prefix = "profiles/";

    private const int IdBytes = 16;

    /// <summary>A fresh one.</summary>
    public static string Generate(ServerTag tag, RandomSource random) => Write(tag.Mint(random));

    /// <summary>The name of an id.</summary>
    public static string Write(Guid id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Prefix + Base64Url.EncodeToString(bytes) + "==";
    }

    /// <summary>The id in a name, or none where it is not a name.</summary>
    public static Guid? Read(string key)
    {
        Span<byte> id = stackalloc byte[IdBytes];
        return key.StartsWith(Prefix, StringComparison.Ordinal) && Base64Text.TryRead(key.AsSpan(Prefix.Length), id)
            ? new Guid(id, bigEndian: true)
            : null;
    }
}
