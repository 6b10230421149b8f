using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Erasure;

/// <summary>A message on its way in: the chunks so far, each decoder a link to the one before it.</summary>
/// <remarks>Holds fewer chunks than the message has; with the last one it is decoded and the decoder dropped.</remarks>
internal sealed class ChunkDecoder
{
    private const uint ElementsField = 1;
    private const uint LanesField = 2;
    private const uint PointsField = 3;
    private const uint CompleteField = 4;
    private const int PointBytes = 2 * sizeof(ushort);

    private readonly int _needed;
    private readonly int _count;
    private readonly Chunk _chunk;
    private readonly ChunkDecoder? _before;

    /// <summary>Awaits a message of the given number of chunks.</summary>
    public ChunkDecoder(int needed) => _needed = needed;

    private ChunkDecoder(ChunkDecoder before, Chunk chunk) =>
        (_needed, _count, _chunk, _before) = (before._needed, before._count + 1, chunk, before);

    /// <summary>With one more chunk; one that is there already takes the place of the former, as libsignal has it.</summary>
    public ChunkDecoder With(in Chunk chunk)
    {
        for (var link = this; link._before is not null; link = link._before)
        {
            if (link._chunk.Index == chunk.Index)
            {
                return link._chunk == chunk ? this : new(Without(chunk.Index), chunk);
            }
        }

        return new(this, chunk);
    }

    /// <summary>The message once there are chunks enough.</summary>
    public byte[]? Decode()
    {
        if (_count < _needed)
        {
            return null;
        }

        var message = new byte[_needed * Chunk.Bytes];
        Span<Chunk> chunks = stackalloc Chunk[_count];
        Span<Vector256<ushort>> coefficients = stackalloc Vector256<ushort>[_count];
        Sort(chunks);

        var own = 0;
        var interpolated = false;
        for (var i = 0; i < _needed; i++)
        {
            if (own < _count && chunks[own].Index == i)
            {
                Chunk.Store(chunks[own++].Values, message.AsSpan(Chunk.Bytes * i));
                continue;
            }

            if (!interpolated)
            {
                ErasureCode.Interpolate(chunks, coefficients);
                interpolated = true;
            }

            Chunk.Store(ErasureCode.Evaluate(coefficients, (ushort)i), message.AsSpan(Chunk.Bytes * i));
        }

        return message;
    }

    /// <summary>Reads the PolynomialDecoder of a session record, for a message of the given number of chunks.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ChunkDecoder Read(ReadOnlySpan<byte> bytes, int needed)
    {
        Span<ushort> places = stackalloc ushort[needed];
        Span<ushort> values = stackalloc ushort[needed * Chunk.Lanes];
        int count = 0, lane = 0;
        var elements = 0u;
        var sound = true;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ElementsField:
                    elements = reader.UInt32();
                    break;
                case PointsField:
                    var column = reader.Bytes();
                    count = lane == 0 ? column.Length / PointBytes : count;
                    if (lane == Chunk.Lanes || count >= needed || column.Length != count * PointBytes)
                    {
                        throw SpqrRefusal.Malformed("a decoder");
                    }

                    for (var i = 0; i < count; i++, column = column[PointBytes..])
                    {
                        var place = BinaryPrimitives.ReadUInt16BigEndian(column);
                        sound &= lane == 0 ? i == 0 || place > places[i - 1] : place == places[i];
                        places[i] = place;
                        values[(Chunk.Lanes * i) + lane] = BinaryPrimitives.ReadUInt16BigEndian(column[sizeof(ushort)..]);
                    }

                    lane++;
                    break;
                case CompleteField:
                    sound &= !reader.Bool();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!sound || lane != Chunk.Lanes || elements != (uint)(needed * Chunk.Lanes))
        {
            throw SpqrRefusal.Malformed("a decoder");
        }

        var decoder = new ChunkDecoder(needed);
        for (var i = 0; i < count; i++)
        {
            decoder = new(decoder, new(places[i], Vector256.Create<ushort>(values.Slice(Chunk.Lanes * i, Chunk.Lanes))));
        }

        return decoder;
    }

    /// <summary>Writes what <see cref="Read"/> reads: for each polynomial its points in the order of their places.</summary>
    public void Write(ProtoWriter writer)
    {
        writer.UInt64(ElementsField, (ulong)(_needed * Chunk.Lanes));
        writer.UInt64(LanesField, Chunk.Lanes);
        Span<Chunk> chunks = stackalloc Chunk[_count];
        Span<byte> column = stackalloc byte[_count * PointBytes];
        Sort(chunks);
        for (var lane = 0; lane < Chunk.Lanes; lane++)
        {
            for (var i = 0; i < _count; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(column[(PointBytes * i)..], chunks[i].Index);
                BinaryPrimitives.WriteUInt16BigEndian(column[((PointBytes * i) + sizeof(ushort))..], chunks[i].Values[lane]);
            }

            writer.Bytes(PointsField, column);
        }
    }

    private ChunkDecoder Without(ushort index) => _chunk.Index == index ? _before! : new(_before!.Without(index), _chunk);

    private void Sort(Span<Chunk> chunks)
    {
        for (var link = this; link._before is not null; link = link._before)
        {
            chunks[link._count - 1] = link._chunk;
        }

        chunks.Sort(static (a, b) => a.Index.CompareTo(b.Index));
    }
}
