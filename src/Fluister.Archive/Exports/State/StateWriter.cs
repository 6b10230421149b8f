using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.State;

/// <summary>Writes a state file. Entries may come in any order; they are sorted in blocks, so memory does not grow with their
/// number.</summary>
internal sealed class StateWriter : IDisposable
{
    private const int BlockEntries = 32 * 1024;
    private const int MaximumEntry = 8 + 10 + 5 + 5 + 1;

    private readonly FileStream _file;
    private readonly AesGcm _cipher;
    private readonly List<StateEntry> _block = [];
    private readonly List<(long Offset, long Number, int Chunks)> _runs = [];
    private readonly Utf8Writer _chunk = new();
    private readonly byte[] _sealed = new byte[StateFile.ChunkLength + 4096 + StateFile.TagLength];
    private long _number;
    private long _lastRow = long.MinValue;
    private long _chunkRow;

    internal StateWriter(string path, StateKeys keys)
    {
        _file = new FileStream(path, PrivateFiles.New());
        Span<byte> salt = stackalloc byte[StateFile.SaltLength];
        RandomNumberGenerator.Fill(salt);
        _cipher = keys.CipherOf(salt);
        _file.Write(StateFile.Magic);
        _file.Write(salt);
    }

    internal void Add(in StateEntry entry)
    {
        _block.Add(entry);
        if (_block.Count == BlockEntries)
        {
            WriteBlock();
        }
    }

    /// <summary>Writes what is left and the footer, onto the disk.</summary>
    internal void Finish(StateSummary summary)
    {
        WriteBlock();
        WriteChunk();
        var offset = _file.Position;
        using var plain = new MemoryStream();
        using (var json = new Utf8JsonWriter(plain))
        {
            WriteFooter(json, summary);
        }

        var bytes = plain.GetBuffer().AsSpan(0, (int)plain.Length);
        var cipher = new byte[bytes.Length + StateFile.TagLength];
        Seal(bytes, cipher, footer: true);
        CryptographicOperations.ZeroMemory(bytes);
        Span<byte> end = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(end, offset);
        _file.Write(end);
        _file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk.Dispose();
        _cipher.Dispose();
        _file.Dispose();
    }

    private void WriteBlock()
    {
        if (_block.Count == 0)
        {
            return;
        }

        _block.Sort(static (left, right) => left.RowId.CompareTo(right.RowId));
        if (_runs.Count == 0 || _block[0].RowId <= _lastRow)
        {
            WriteChunk();
            _runs.Add((_file.Position, _number, 0));
        }

        foreach (var entry in _block)
        {
            WriteEntry(entry);
        }

        _lastRow = _block[^1].RowId;
        _block.Clear();
    }

    private void WriteEntry(in StateEntry entry)
    {
        if (_chunk.Total + MaximumEntry + (entry.Id.Length * 3) > StateFile.ChunkLength)
        {
            WriteChunk();
        }

        // Rows are told as steps from the row before in the same chunk.
        WriteVariable(unchecked((ulong)(entry.RowId - _chunkRow)));
        _chunkRow = entry.RowId;
        BinaryPrimitives.WriteUInt64LittleEndian(_chunk.Room(8), entry.Hash);
        _chunk.Advance(8);
        WriteVariable((ulong)entry.Conversation);
        Span<char> text = stackalloc char[36];
        if (Guid.TryParseExact(entry.Id, "D", out var guid) && guid.TryFormat(text, out _) && text.SequenceEqual(entry.Id))
        {
            WriteVariable(0);
            guid.TryWriteBytes(_chunk.Room(16));
            _chunk.Advance(16);
        }
        else
        {
            // UTF-16, so that an id with a lone surrogate comes back as it was.
            WriteVariable((ulong)entry.Id.Length + 1);
            _chunk.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(entry.Id.AsSpan()));
        }
    }

    private void WriteVariable(ulong value)
    {
        while (value >= 0x80)
        {
            _chunk.Write((byte)(value | 0x80));
            value >>= 7;
        }

        _chunk.Write((byte)value);
    }

    private void WriteChunk()
    {
        if (_chunk.Total == 0)
        {
            return;
        }

        var plain = _chunk.Written;
        var cipher = plain.Length + StateFile.TagLength <= _sealed.Length
            ? _sealed.AsSpan(0, plain.Length + StateFile.TagLength)
            : new byte[plain.Length + StateFile.TagLength];
        Seal(plain, cipher, footer: false);
        _runs[^1] = _runs[^1] with { Chunks = _runs[^1].Chunks + 1 };
        _chunk.Clear();
        _chunkRow = 0;
    }

    private void Seal(ReadOnlySpan<byte> plain, Span<byte> target, bool footer)
    {
        Span<byte> nonce = stackalloc byte[StateFile.NonceLength];
        StateFile.Nonce(nonce, _number++, footer);
        _cipher.Encrypt(nonce, plain, target[..plain.Length], target[plain.Length..]);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, plain.Length);
        _file.Write(length);
        _file.Write(target);
    }

    private void WriteFooter(Utf8JsonWriter json, StateSummary summary)
    {
        json.WriteStartObject();
        json.WriteNumber("number", _number);
        json.WriteString("selection", summary.Selection);
        json.WriteStartArray("runs");
        foreach (var (offset, number, chunks) in _runs)
        {
            json.WriteStartArray();
            json.WriteNumberValue(offset);
            json.WriteNumberValue(number);
            json.WriteNumberValue(chunks);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("conversations");
        foreach (var conversation in summary.Conversations)
        {
            json.WriteStartArray();
            json.WriteStringValue(conversation.Id);
            json.WriteStringValue(conversation.Name);
            json.WriteStringValue(conversation.Stem);
            json.WriteNumberValue(conversation.Hash);
            json.WriteNumberValue(conversation.Messages);
            json.WriteNumberValue(conversation.Last);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
