namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>The compressions around a tar archive, found by their first bytes: gzip, bzip2 and (dialect 1) xz.</summary>
internal static class ArchiveLayers
{
    private const int Block = 512;

    /// <summary>The tar archive inside a file.</summary>
    /// <param name="file">The file, at its beginning.</param>
    /// <param name="dialect">0 knows no xz.</param>
    /// <returns>The bytes of the archive, and whether xz was among the layers.</returns>
    /// <exception cref="InvalidDataException">It is no such archive; the message is a sentence without its subject.</exception>
    public static (Stream Tar, bool HasXz) Open(FileStream file, int dialect)
    {
        var limit = Math.Min(Limits.UnpackedBytes, Math.Max(Limits.UnpackedFreely, file.Length * Limits.UnpackedRatio));
        var stream = new PeekedStream(file, Block, long.MaxValue);
        var hasXz = false;
        for (var layer = 0; layer <= Limits.ArchiveLayers; layer++)
        {
            Stream? inner = stream.First switch
            {
                [0x1f, 0x8b, ..] => Program("gzip", stream),
                [(byte)'B', (byte)'Z', (byte)'h', ..] => Program("bzip2", stream),
                [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] when dialect == 0 => throw new InvalidDataException(
                    "is compressed by xz, which the old language does not unpack; write `dialect = 1`"),
                [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => Program("xz", stream),
                _ => null,
            };
            if (inner is null)
            {
                return IsTar(stream.First) ? (stream, hasXz) : throw new InvalidDataException(
                    "is neither a tar archive nor one compressed by gzip or bzip2 (in dialect 1 also xz)");
            }

            hasXz |= stream.First[0] == 0xfd;
            stream = new PeekedStream(inner, Block, limit);
        }

        throw new InvalidDataException($"has more than {Limits.ArchiveLayers} compressions around it");
    }

    /// <remarks>.NET's own gzip takes a file that was cut off for a whole one. Code 2 of gzip is a warning: bytes after the end.</remarks>
    private static ProgramStream Program(string name, Stream from) => new(new ProgramRun(name, "-dc"), from, name == "gzip" ? 2 : 0);

    /// <summary>Whether the first block is a header with a true checksum.</summary>
    private static bool IsTar(ReadOnlySpan<byte> block)
    {
        const int Checksum = 148;
        if (block.Length < Block)
        {
            return false;
        }

        var (sum, stated) = (8 * ' ', 0);
        for (var index = 0; index < Block; index++)
        {
            sum += index is >= Checksum and < Checksum + 8 ? 0 : block[index];
        }

        foreach (var digit in block.Slice(Checksum, 8))
        {
            stated = digit is >= (byte)'0' and <= (byte)'7' ? (stated * 8) + digit - '0' : stated;
        }

        return sum == stated;
    }
}
