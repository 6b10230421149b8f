using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Fluister.Archive.Exports.State;

/// <summary>Reads a state file: the summary, and the entries by row. Nothing of it is believed before it is authenticated.</summary>
internal sealed class StateReader : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private readonly AesGcm _cipher;
    private readonly List<(long Offset, long Number, int Chunks)> _runs = [];

    internal StateReader(string path, StateKeys keys)
    {
        _path = path;
        _file = File.OpenHandle(path);
        _length = RandomAccess.GetLength(_file);
        Span<byte> header = stackalloc byte[StateFile.HeaderLength];
        if (_length < StateFile.HeaderLength + 8
            || RandomAccess.Read(_file, header, 0) < StateFile.HeaderLength
            || !header[..8].SequenceEqual(StateFile.Magic))
        {
            _file.Dispose();
            throw StateFile.Damaged(path);
        }

        _cipher = keys.CipherOf(header[8..]);
        try
        {
            Summary = ReadFooter();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw StateFile.Damaged(path, fault);
        }
    }

    internal StateSummary Summary { get; }

    /// <summary>All entries, by row; those of the runs are merged.</summary>
    internal IEnumerable<StateEntry> Entries()
    {
        var queue = new PriorityQueue<IEnumerator<StateEntry>, long>();
        foreach (var (offset, number, chunks) in _runs)
        {
            var run = ReadRun(offset, number, chunks).GetEnumerator();
            if (run.MoveNext())
            {
                queue.Enqueue(run, run.Current.RowId);
            }
        }

        while (queue.TryPeek(out var run, out _))
        {
            yield return run.Current;
            if (run.MoveNext())
            {
                queue.DequeueEnqueue(run, run.Current.RowId);
            }
            else
            {
                queue.Dequeue();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cipher.Dispose();
        _file.Dispose();
    }

    private IEnumerable<StateEntry> ReadRun(long offset, long number, int chunks)
    {
        for (var i = 0; i < chunks; i++)
        {
            var plain = Open(ref offset, number + i, footer: false, int.MaxValue);
            var (position, row) = (0, 0L);
            while (position < plain.Length)
            {
                yield return ReadEntry(plain, ref position, ref row);
            }
        }
    }

    private StateEntry ReadEntry(byte[] plain, ref int position, ref long row)
    {
        row = unchecked(row + (long)ReadVariable(plain, ref position));
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(Take(plain, ref position, 8));
        var conversation = ReadVariable(plain, ref position);
        var length = ReadVariable(plain, ref position);
        if (conversation >= (ulong)Summary.Conversations.Count || length > int.MaxValue / 2)
        {
            throw StateFile.Damaged(_path);
        }

        var id = length == 0
            ? new Guid(Take(plain, ref position, 16)).ToString("D")
            : new string(MemoryMarshal.Cast<byte, char>(Take(plain, ref position, ((int)length - 1) * 2)));
        return new StateEntry(row, id, (int)conversation, hash);
    }

    private ReadOnlySpan<byte> Take(byte[] plain, ref int position, int count)
    {
        if (plain.Length - position < count)
        {
            throw StateFile.Damaged(_path);
        }

        position += count;
        return plain.AsSpan(position - count, count);
    }

    private ulong ReadVariable(byte[] plain, ref int position)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(plain, ref position, 1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw StateFile.Damaged(_path);
    }

    private byte[] Open(ref long offset, long number, bool footer, int maximum)
    {
        Span<byte> prefix = stackalloc byte[4];
        var length = offset >= StateFile.HeaderLength && RandomAccess.Read(_file, prefix, offset) == 4
            ? BinaryPrimitives.ReadInt32LittleEndian(prefix)
            : -1;
        if (length < 0 || length > maximum || offset + 4 + length + StateFile.TagLength > _length)
        {
            throw StateFile.Damaged(_path);
        }

        var cipher = new byte[length + StateFile.TagLength];
        if (RandomAccess.Read(_file, cipher, offset + 4) != cipher.Length)
        {
            throw StateFile.Damaged(_path);
        }

        Span<byte> nonce = stackalloc byte[StateFile.NonceLength];
        StateFile.Nonce(nonce, number, footer);
        var plain = new byte[length];
        try
        {
            _cipher.Decrypt(nonce, cipher.AsSpan(0, length), cipher.AsSpan(length), plain);
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw StateFile.Damaged(_path, fault);
        }

        offset += 4 + cipher.Length;
        return plain;
    }

    private StateSummary ReadFooter()
    {
        Span<byte> end = stackalloc byte[16];
        RandomAccess.Read(_file, end[..8], _length - 8);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(end);

        // Its number is how many chunks come before it, which only they tell: they are walked by their lengths.
        var (walk, number) = ((long)StateFile.HeaderLength, 0L);
        while (walk < offset && RandomAccess.Read(_file, end[..4], walk) == 4
            && BinaryPrimitives.ReadInt32LittleEndian(end) is >= 0 and var length)
        {
            walk += 4L + length + StateFile.TagLength;
            number++;
        }

        if (walk != offset)
        {
            throw StateFile.Damaged(_path);
        }

        using var json = JsonDocument.Parse(Open(ref offset, number, footer: true, StateFile.MaximumFooter));
        foreach (var run in json.RootElement.GetProperty("runs").EnumerateArray())
        {
            _runs.Add((run[0].GetInt64(), run[1].GetInt64(), run[2].GetInt32()));
        }

        if (_runs.Count > StateFile.MaximumRuns)
        {
            throw StateFile.Damaged(_path);
        }

        return new StateSummary(
            json.RootElement.GetProperty("selection").GetString()!,
            [
                .. json.RootElement.GetProperty("conversations").EnumerateArray().Select(static c => new StateConversation(
                    c[0].GetString()!, c[1].GetString()!, c[2].GetString()!, c[3].GetUInt64(), c[4].GetInt64(), c[5].GetInt64())),
            ]);
    }
}
