using System.Buffers.Binary;
using Fluister.Tests.SqlCipher;

namespace Fluister.InteropTests.SqlCipher;

/// <summary>The plain pages of a database of the official package, to be changed by a test and sealed again.</summary>
internal sealed class PlainStore
{
    private static readonly byte[] Key = Convert.FromHexString(OfficialStore.HexKey);
    private static readonly byte[] Iv = new byte[16];

    private readonly byte[] _macKey;
    private readonly byte[] _salt;

    internal PlainStore(string database)
    {
        byte[] file = File.ReadAllBytes(database);
        _salt = file[..16];
        _macKey = ReferencePage.MacKey(Key, _salt);
        Pages = [.. file.Chunk(ReferencePage.Size).Select((page, i) => ReferencePage.Open(page, (uint)i + 1, Key, _macKey)!)];
    }

    internal byte[][] Pages { get; }

    /// <summary>Writes the pages, authentic as they are now.</summary>
    internal void Write(string database)
    {
        using FileStream file = File.Create(database);
        for (int i = 0; i < Pages.Length; i++)
        {
            file.Write(Seal(Pages[i], (uint)i + 1));
        }
    }

    /// <summary>Writes these pages as one transaction of a log, with checksums as SQLite makes them.</summary>
    internal void WriteLog(string wal, IEnumerable<(uint Number, byte[] Plain)> pages)
    {
        using FileStream file = File.Create(wal);
        byte[] header = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x377F0683);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 3007000);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), ReferencePage.Size);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(16), 0x0102030405060708);
        (uint a, uint b) sum = Sum((0, 0), header.AsSpan(0, 24));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), sum.a);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), sum.b);
        file.Write(header);
        foreach ((uint number, byte[] plain) in pages)
        {
            byte[] frame = new byte[24];
            byte[] page = Seal(plain, number);
            BinaryPrimitives.WriteUInt32BigEndian(frame, number);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)Pages.Length);
            header.AsSpan(16, 8).CopyTo(frame.AsSpan(8));
            sum = Sum(Sum(sum, frame.AsSpan(0, 8)), page);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(16), sum.a);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(20), sum.b);
            file.Write(frame);
            file.Write(page);
        }
    }

    internal byte[] Seal(byte[] plain, uint number) => ReferencePage.Seal(plain, number, Key, _macKey, _salt, Iv);

    // https://sqlite.org/fileformat2.html#checksum_algorithm, in big endian.
    internal static (uint A, uint B) Sum((uint A, uint B) sum, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += 8)
        {
            sum.A += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]) + sum.B;
            sum.B += BinaryPrimitives.ReadUInt32BigEndian(bytes[(i + 4)..]) + sum.A;
        }

        return sum;
    }
}
