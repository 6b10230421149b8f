using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Fluister.SqlCipher;

/// <summary>The write-ahead log of our own: frames hold encrypted pages, and their checksums are over those, as SQLCipher has it.</summary>
/// <remarks>
/// <para>SQLite counts its checksums over what it hands on, which here are plain pages. A frame's checksum continues that of the frame
/// before it, so this class counts anew, over the ciphertext, from what the file holds: what recovers the log after a crash, ours or
/// SQLCipher, reads ciphertext and finds the checksums right (https://sqlite.org/fileformat2.html#the_write_ahead_log).</para>
/// <para>A frame comes in two writes, header and page, and leaves in one. Where one transaction writes a page twice, SQLite puts the second
/// over the first, leaves the checksums of the frames after it for later (their headers have zeros meanwhile), and at the end reads whole
/// frames, which are ciphertext here, and writes their headers alone: those checksums are right as they come.</para>
/// </remarks>
internal sealed unsafe class WritableWalFile : WalFile
{
    private const int PageField = 0;
    private const int SaltField = 8;
    private const int SumField = 16;
    private const int SumSize = 8;
    private const int HeaderSumField = 24;

    private readonly StockFile _file;
    private readonly PageCodec _codec;
    private byte* _frame = (byte*)NativeMemory.AlignedAlloc(FrameSize, 64);
    private long _pending = -1;
    private long _summed = -1;
    private uint _sum1;
    private uint _sum2;
    private bool? _isBigEndian;

    internal WritableWalFile(WritableVfs vfs, StockFile file, PageCodec codec)
        : base(vfs, file, codec) => (_file, _codec) = (file, codec);

    internal override int Characteristics => Sqlite.PowersafeOverwrite;

    /// <summary>Another connection may write now: the last checksum is read from the file when it is needed.</summary>
    internal void Forget()
    {
        _summed = -1;
        _isBigEndian = null;
    }

    internal override int Read(byte* to, int count, long offset)
    {
        int code = WritePending();
        if (code != Sqlite.Ok)
        {
            return code;
        }

        bool isSum = count == SumSize && (offset == HeaderSumField || (offset - HeaderSize) % FrameSize == SumField);
        return isSum ? _file.Read(to, count, offset) : base.Read(to, count, offset);
    }

    internal override int Write(byte* from, int count, long offset)
    {
        long within = (offset - HeaderSize) % FrameSize;
        if (within == FrameHeaderSize && count == PageCodec.PageSize && offset > HeaderSize)
        {
            return WritePage(from, offset - FrameHeaderSize);
        }

        int code = WritePending();
        if (code != Sqlite.Ok)
        {
            return code;
        }

        if (offset == 0 && count == HeaderSize)
        {
            Forget();
            return _file.Methods->Write(_file.File, from, count, offset);
        }

        if (within != 0 || count != FrameHeaderSize || offset < HeaderSize)
        {
            return Sqlite.IoErrorWrite;
        }

        Buffer.MemoryCopy(from, _frame, FrameSize, count);
        _pending = offset;
        return Sqlite.Ok;
    }

    internal override int Truncate(long size)
    {
        int code = WritePending();
        Forget();
        return code == Sqlite.Ok ? _file.Methods->Truncate(_file.File, size) : code;
    }

    internal override int Sync(int flags)
    {
        int code = WritePending();
        return code == Sqlite.Ok ? _file.Methods->Sync(_file.File, flags) : code;
    }

    internal override int Size(out long size)
    {
        int code = WritePending();
        if (code == Sqlite.Ok)
        {
            return base.Size(out size);
        }

        size = 0;
        return code;
    }

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_frame);
        _frame = null;
        base.Dispose();
    }

    private int WritePage(byte* plain, long frame)
    {
        bool isWhole = _pending == frame;
        _pending = -1;
        if (!isWhole)
        {
            // Over a page of this transaction; its header stays.
            int read = _file.Read(_frame, FrameHeaderSize, frame);
            if (read != Sqlite.Ok)
            {
                return read;
            }
        }

        uint number = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(_frame + PageField, sizeof(uint)));
        var page = new Span<byte>(_frame + FrameHeaderSize, PageCodec.PageSize);
        _codec.Encrypt(new ReadOnlySpan<byte>(plain, PageCodec.PageSize), number, page);
        if (!isWhole)
        {
            Forget();
            return _file.Methods->Write(_file.File, _frame + FrameHeaderSize, PageCodec.PageSize, frame + FrameHeaderSize);
        }

        var sums = new Span<byte>(_frame + SaltField, SumField + SumSize - SaltField);
        if (sums.ContainsAnyExcept((byte)0))
        {
            int code = SumUpTo(frame);
            if (code != Sqlite.Ok)
            {
                return code;
            }

            Sum(_frame, SaltField);
            Sum(_frame + FrameHeaderSize, PageCodec.PageSize);
            BinaryPrimitives.WriteUInt32BigEndian(sums[(SumField - SaltField)..], _sum1);
            BinaryPrimitives.WriteUInt32BigEndian(sums[(SumField - SaltField + sizeof(uint))..], _sum2);
            _summed = frame + FrameSize;
        }
        else
        {
            Forget();
        }

        int written = _file.Methods->Write(_file.File, _frame, FrameSize, frame);
        if (written != Sqlite.Ok)
        {
            Forget();
        }

        return written;
    }

    /// <summary>A header that no page followed is one with its checksum put right.</summary>
    private int WritePending()
    {
        if (_pending < 0)
        {
            return Sqlite.Ok;
        }

        long frame = _pending;
        _pending = -1;
        Forget();
        return _file.Methods->Write(_file.File, _frame, FrameHeaderSize, frame);
    }

    /// <summary>Takes up the checksum of all that lies before a frame.</summary>
    private int SumUpTo(long frame)
    {
        byte* field = stackalloc byte[SumSize];
        if (_isBigEndian is null)
        {
            int code = _file.Read(field, sizeof(uint), 0);
            if (code != Sqlite.Ok)
            {
                return code;
            }

            // The magic number's last bit tells how words are read (section 4.1 of the format).
            _isBigEndian = (BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(field, sizeof(uint))) & 1) != 0;
        }

        if (_summed == frame)
        {
            return Sqlite.Ok;
        }

        int read = _file.Read(field, SumSize, frame == HeaderSize ? HeaderSumField : frame - FrameSize + SumField);
        _sum1 = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(field, sizeof(uint)));
        _sum2 = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(field + sizeof(uint), sizeof(uint)));
        return read;
    }

    private void Sum(byte* bytes, int count)
    {
        bool swap = _isBigEndian == BitConverter.IsLittleEndian;
        var words = new ReadOnlySpan<uint>(bytes, count / sizeof(uint));
        (uint first, uint second) = (_sum1, _sum2);
        for (int i = 0; i < words.Length; i += 2)
        {
            first += (swap ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]) + second;
            second += (swap ? BinaryPrimitives.ReverseEndianness(words[i + 1]) : words[i + 1]) + first;
        }

        (_sum1, _sum2) = (first, second);
    }
}
