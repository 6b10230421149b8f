namespace Fluister.Cryptography.Kdf;

/// <summary>Argon2id (RFC 9106, version 0x13): the password hash for new uses, and Signal's PIN hash.</summary>
/// <remarks>The first half of its first pass reads memory in an order that does not depend on the password; the rest does, by
/// design of the function.</remarks>
public static class Argon2id
{
    /// <summary>Greatest amount of memory in KiB: 2 GiB, what RFC 9106, section 4, recommends first.</summary>
    public const int MaximumMemoryKiB = 2 * 1024 * 1024;

    /// <summary>Derives <paramref name="output"/>, 4 bytes or more, from a password and a salt of 8 bytes or more.</summary>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt">8 bytes or more.</param>
    /// <param name="memoryKiB">Memory in KiB: at least 8 for each lane, at most <see cref="MaximumMemoryKiB"/>.</param>
    /// <param name="passes">Passes over the memory: at least 1.</param>
    /// <param name="lanes">Lanes: at least 1. They are computed one after the other; their number changes the result.</param>
    /// <param name="output">Filled.</param>
    /// <param name="secret">A key, if any.</param>
    /// <param name="associatedData">More to bind, if any.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or a cost is outside its range.</exception>
    public static void Derive(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int memoryKiB, int passes, int lanes, Span<byte> output,
        ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associatedData = default) =>
        Argon2.Derive(Argon2.Variant.Id, password, salt, memoryKiB, passes, lanes, output, secret, associatedData);
}
