using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Archive.SignalDesktop.Keys.DBus;

/// <summary>Marshals values in little-endian order (D-Bus specification, "Marshalling"); the whole is cleared on disposal.</summary>
internal sealed class DBusWriter : IDisposable
{
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(1024, pinned: true);

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    /// <summary>Zeros up to a multiple of <paramref name="boundary"/>.</summary>
    public DBusWriter Align(int boundary)
    {
        Take((boundary - (Length % boundary)) % boundary).Clear();
        return this;
    }

    public DBusWriter Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public DBusWriter Boolean(bool value) => UInt32(value ? 1u : 0);

    public DBusWriter UInt32(uint value)
    {
        Align(4);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
        return this;
    }

    public DBusWriter Int32(int value) => UInt32(unchecked((uint)value));

    public DBusWriter Int64(long value)
    {
        Align(8);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        return this;
    }

    /// <summary>A string or an object path.</summary>
    public DBusWriter String(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Take(length));
        return Byte(0);
    }

    public DBusWriter Signature(string value)
    {
        Byte((byte)value.Length);
        Encoding.ASCII.GetBytes(value, Take(value.Length));
        return Byte(0);
    }

    public DBusWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        value.CopyTo(Take(value.Length));
        return this;
    }

    /// <summary>An array of strings or object paths.</summary>
    public DBusWriter Strings(IEnumerable<string> values) => Array(4, () =>
    {
        foreach (var value in values)
        {
            String(value);
        }
    });

    /// <summary>An array whose elements <paramref name="elements"/> writes; its length does not count the first alignment.</summary>
    public DBusWriter Array(int alignment, Action elements)
    {
        UInt32(0);
        var at = Length - 4;
        Align(alignment);
        var start = Length;
        elements();
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(at), (uint)(Length - start));
        return this;
    }

    /// <summary>What was marshalled elsewhere, already aligned.</summary>
    public DBusWriter Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Take(value.Length));
        return this;
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _buffer.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(Length + count, 2 * _buffer.Length), pinned: true);
            Written.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = larger;
        }

        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
