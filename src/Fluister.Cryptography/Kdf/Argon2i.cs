namespace Fluister.Cryptography.Kdf;

/// <summary>Argon2i (RFC 9106, version 0x13), which reads memory in an order that never depends on the password.</summary>
/// <remarks>For the hash that a Signal client keeps of its PIN; prefer <see cref="Argon2id"/> for anything new.</remarks>
public static class Argon2i
{
    /// <summary>Derives as <see cref="Argon2id.Derive"/> does, with the same bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length or a cost is outside its range.</exception>
    public static void Derive(
        ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int memoryKiB, int passes, int lanes, Span<byte> output,
        ReadOnlySpan<byte> secret = default, ReadOnlySpan<byte> associatedData = default) =>
        Argon2.Derive(Argon2.Variant.I, password, salt, memoryKiB, passes, lanes, output, secret, associatedData);
}
