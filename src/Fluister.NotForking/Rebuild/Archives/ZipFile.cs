using System.Buffers.Binary;
using System.Text;

namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>Writes zip archives (APPNOTE 6.3, no zip64) that depend on nothing but their members: sorted, one time for all.</summary>
internal static class ZipFile
{
    private const int MadeByUnix = 3 << 8 | 20;
    private const int Utf8Names = 1 << 11;

    /// <summary>Writes an archive.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="entries">Files, in any order; no path twice. Folders follow from the paths and are left out.</param>
    /// <param name="time">The time of every member, from 1980, as UTC.</param>
    public static void Write(Stream output, IEnumerable<ArchiveEntry> entries, DateTimeOffset time)
    {
        var stamp = Stamp(time.UtcDateTime);
        var directory = new MemoryStream();
        long at = 0;
        var count = 0;
        foreach (var entry in entries.Where(entry => entry.Kind == ArchiveEntryKind.File)
            .OrderBy(entry => Encoding.UTF8.GetBytes(entry.Path), ByteOrder.Instance))
        {
            var packed = new MemoryStream();
            var deflater = new Deflater(packed);
            var checksum = new Checksum32();
            var buffer = new byte[1 << 16];
            using (var content = entry.Open!())
            {
                for (int read; (read = content.Read(buffer)) > 0;)
                {
                    checksum.Add(buffer.AsSpan(0, read));
                    deflater.Write(buffer.AsSpan(0, read));
                }
            }

            deflater.Finish();
            var name = Encoding.UTF8.GetBytes(entry.Path);
            var common = Common(stamp, checksum.Value, packed.Length, entry.Length, name.Length);
            output.Write("PK\u0003\u0004"u8);
            output.Write(common);
            output.Write(name);
            packed.WriteTo(output);

            directory.Write("PK\u0001\u0002"u8);
            directory.Write(Little((ushort)MadeByUnix));
            directory.Write(common);
            directory.Write(new byte[6]);
            directory.Write(Little((uint)(0x8000 | (int)entry.Mode) << 16));
            directory.Write(Little(checked((uint)at)));
            directory.Write(name);
            at += 4 + common.Length + name.Length + packed.Length;
            count++;
        }

        directory.WriteTo(output);
        output.Write("PK\u0005\u0006\0\0\0\0"u8);
        output.Write(Little(checked((ushort)count)));
        output.Write(Little((ushort)count));
        output.Write(Little((uint)directory.Length));
        output.Write(Little(checked((uint)at)));
        output.Write(Little((ushort)0));
    }

    /// <summary>The fields that the local header and the directory share.</summary>
    private static byte[] Common(uint stamp, uint checksum, long packed, long length, int name) =>
    [
        .. Little((ushort)20), .. Little((ushort)Utf8Names), .. Little((ushort)8), .. Little(stamp), .. Little(checksum),
        .. Little(checked((uint)packed)), .. Little(checked((uint)length)), .. Little(checked((ushort)name)), .. Little((ushort)0),
    ];

    /// <summary>MS-DOS date and time: two seconds are the smallest step.</summary>
    private static uint Stamp(DateTime time) => (uint)(
        (Math.Max(time.Year, 1980) - 1980) << 25
        | time.Month << 21 | time.Day << 16 | time.Hour << 11 | time.Minute << 5 | time.Second / 2);

    private static byte[] Little(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
