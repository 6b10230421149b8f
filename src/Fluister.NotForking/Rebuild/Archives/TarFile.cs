using System.Text;

namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>Writes POSIX ustar archives that depend on nothing but their members: sorted, one time for all, owner 0.</summary>
internal static class TarFile
{
    private const int Block = 512;

    /// <summary>Writes an archive.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="entries">In any order; no path twice.</param>
    /// <param name="time">The time of every member.</param>
    public static void Write(Stream output, IEnumerable<ArchiveEntry> entries, DateTimeOffset time)
    {
        foreach (var entry in entries.OrderBy(entry => Encoding.UTF8.GetBytes(entry.Path), ByteOrder.Instance))
        {
            Write(output, entry, time.ToUnixTimeSeconds());
        }

        output.Write(new byte[2 * Block]);
    }

    private static void Write(Stream output, ArchiveEntry entry, long time)
    {
        var name = Encoding.UTF8.GetBytes(entry.Kind == ArchiveEntryKind.Folder ? entry.Path + "/" : entry.Path);
        var target = Encoding.UTF8.GetBytes(entry.Target ?? "");
        List<byte> records = [];
        if (!Fits(name, out var cut))
        {
            Record(records, "path", name);
            cut = 0;
            name = [.. name.Take(100)];
        }

        if (target.Length > 100)
        {
            Record(records, "linkpath", target);
            target = target[..100];
        }

        if (entry.Length > 0x1_FFFF_FFFF)
        {
            throw new NotForkException(
                ExitCode.Usage, $"\"{entry.Path}\" has more than 8 GiB, which an archive of this kind does not take.");
        }

        if (records.Count > 0)
        {
            // POSIX pax: what ustar's fields do not hold goes before, in a member of its own.
            output.Write(Header("pax"u8, cut: 0, 'x', ArchiveEntry.Plain, records.Count, time, []));
            Fill(output, new MemoryStream([.. records]), records.Count);
        }

        var type = entry.Kind switch { ArchiveEntryKind.Folder => '5', ArchiveEntryKind.Link => '2', _ => '0' };
        output.Write(Header(name, cut, type, entry.Mode, entry.Length, time, target));
        if (entry.Open is { } open)
        {
            using var content = open();
            Fill(output, content, entry.Length);
        }
    }

    /// <summary>Whether a name fits into ustar's two fields: at most 100 bytes, or split at a '/' into at most 155 and 100.</summary>
    private static bool Fits(ReadOnlySpan<byte> name, out int cut)
    {
        cut = 0;
        if (name.Length <= 100)
        {
            return true;
        }

        for (var at = Math.Max(name.Length - 101, 0); at < name.Length - 1 && at <= 155; at++)
        {
            if (name[at] == '/' && at > 0)
            {
                cut = at;
                return true;
            }
        }

        return false;
    }

    private static byte[] Header(
        ReadOnlySpan<byte> name, int cut, char type, UnixFileMode mode, long length, long time, ReadOnlySpan<byte> target)
    {
        var header = new byte[Block];
        name[(cut == 0 ? 0 : cut + 1)..].CopyTo(header);
        Octal(header.AsSpan(100, 8), (long)mode);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        Octal(header.AsSpan(124, 12), length);
        Octal(header.AsSpan(136, 12), time);
        header[156] = (byte)type;
        target.CopyTo(header.AsSpan(157));
        "ustar\u000000"u8.CopyTo(header.AsSpan(257));
        Octal(header.AsSpan(329, 8), 0);
        Octal(header.AsSpan(337, 8), 0);
        name[..cut].CopyTo(header.AsSpan(345));

        // The sum is taken with its own field as spaces, and written with six digits, NUL and space.
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.AsSpan(148, 7), header.Sum(value => value));
        return header;
    }

    private static void Octal(Span<byte> field, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(field.Length - 1, '0') + '\0', field);

    /// <summary>"LENGTH KEY=VALUE\n", where LENGTH counts itself.</summary>
    private static void Record(List<byte> records, string key, byte[] value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + 1;
        while (length != rest + $"{length}".Length)
        {
            length = rest + $"{length}".Length;
        }

        records.AddRange(Encoding.ASCII.GetBytes($"{length} {key}="));
        records.AddRange(value);
        records.Add((byte)'\n');
    }

    private static void Fill(Stream output, Stream content, long length)
    {
        var start = length;
        var buffer = new byte[1 << 16];
        while (length > 0)
        {
            var read = content.Read(buffer, 0, (int)Math.Min(buffer.Length, length));
            if (read == 0)
            {
                throw new EndOfStreamException("A file became shorter while it was packed.");
            }

            output.Write(buffer, 0, read);
            length -= read;
        }

        output.Write(new byte[(Block - start % Block) % Block]);
    }
}
