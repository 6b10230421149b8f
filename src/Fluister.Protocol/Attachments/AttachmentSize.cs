namespace Fluister.Protocol.Attachments;

/// <summary>How many bytes an attachment has once it is padded and encrypted.</summary>
public static class AttachmentSize
{
    /// <summary>The least bytes of a padded attachment: 541.</summary>
    public const int Least = 541;

    // Each bucket is 5 % larger than the last.
    private const double Growth = 1.05;
    private const int BlockBytes = 16;
    private const int NonceBytes = 16;
    private const int MacBytes = 32;

    /// <summary>The bucket of a size: the floor of 1.05 to the power of the ceiling of its logarithm to that base, at least 541.</summary>
    public static long Padded(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (size <= Least)
        {
            return Least;
        }

        // As Signal-Desktop's logPadSize. Rounding of floating point never takes a byte of the attachment itself.
        return Math.Max(size, (long)Math.Floor(Math.Pow(Growth, Math.Ceiling(Math.Log(size) / Math.Log(Growth)))));
    }

    /// <summary>The bytes that travel for an attachment of a size: nonce, padded and encrypted blocks, MAC.</summary>
    public static long Encrypted(long size) => NonceBytes + ((1 + (Padded(size) / BlockBytes)) * BlockBytes) + MacBytes;
}
