using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Erasure;

/// <summary>A message on its way out, chunk by chunk without end: first its own bytes, then redundancy.</summary>
internal sealed class ChunkEncoder
{
    private const uint NextField = 1;
    private const uint PointsField = 2;
    private const uint CoefficientsField = 3;

    private readonly Vector256<ushort>[] _values;
    private readonly bool _interpolated;
    private readonly uint _next;

    private ChunkEncoder(Vector256<ushort>[] values, bool interpolated, uint next) =>
        (_values, _interpolated, _next) = (values, interpolated, next);

    /// <summary>Begins with a message of whole chunks.</summary>
    public ChunkEncoder(ReadOnlySpan<byte> message)
    {
        _values = new Vector256<ushort>[message.Length / Chunk.Bytes];
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = Chunk.Load(message[(Chunk.Bytes * i)..]);
        }
    }

    /// <summary>The next chunk, and the encoder for those after it; after 65,536 chunks they come again.</summary>
    public ChunkEncoder Next(out Chunk chunk)
    {
        var index = unchecked((ushort)_next);
        if (!_interpolated && index >= _values.Length)
        {
            return Interpolated().Next(out chunk);
        }

        chunk = new(index, _interpolated ? ErasureCode.Evaluate(_values, index) : _values[index]);
        return new(_values, _interpolated, unchecked(_next + 1));
    }

    /// <summary>Reads the PolynomialEncoder of a session record, for a message of the given number of chunks.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ChunkEncoder Read(ReadOnlySpan<byte> bytes, int chunks)
    {
        var values = new Vector256<ushort>[chunks];
        var lanes = MemoryMarshal.Cast<Vector256<ushort>, ushort>(values.AsSpan());
        uint next = 0, form = 0;
        var lane = 0;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == NextField)
            {
                next = reader.UInt32();
            }
            else if (reader.Field is PointsField or CoefficientsField)
            {
                var column = reader.Bytes();
                if (lane == Chunk.Lanes || column.Length != chunks * sizeof(ushort) || (lane > 0 && reader.Field != form))
                {
                    throw SpqrRefusal.Malformed("an encoder");
                }

                form = reader.Field;
                for (var i = 0; i < chunks; i++)
                {
                    lanes[(Chunk.Lanes * i) + lane] = BinaryPrimitives.ReadUInt16BigEndian(column[(sizeof(ushort) * i)..]);
                }

                lane++;
            }
            else
            {
                reader.Skip();
            }
        }

        return lane == Chunk.Lanes ? new(values, form == CoefficientsField, next) : throw SpqrRefusal.Malformed("an encoder");
    }

    /// <summary>Writes what <see cref="Read"/> reads: the message as it is, or the polynomials once redundancy was asked for.</summary>
    public void Write(ProtoWriter writer)
    {
        writer.NonZero(NextField, _next);
        var lanes = MemoryMarshal.Cast<Vector256<ushort>, ushort>(_values);
        Span<byte> column = stackalloc byte[ErasureCode.MaximumChunks * sizeof(ushort)];
        column = column[..(_values.Length * sizeof(ushort))];
        for (var lane = 0; lane < Chunk.Lanes; lane++)
        {
            for (var i = 0; i < _values.Length; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(column[(sizeof(ushort) * i)..], lanes[(Chunk.Lanes * i) + lane]);
            }

            writer.Bytes(_interpolated ? CoefficientsField : PointsField, column);
        }
    }

    private ChunkEncoder Interpolated()
    {
        Span<Chunk> points = stackalloc Chunk[_values.Length];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new((ushort)i, _values[i]);
        }

        var coefficients = new Vector256<ushort>[points.Length];
        ErasureCode.Interpolate(points, coefficients);
        return new(coefficients, interpolated: true, _next);
    }
}
