using System.Buffers.Binary;
using Fluister.Engines.Gguf;

namespace Fluister.Tests.Engines;

/// <summary>Random numbers of a storage type, as fast as a disk takes them: a megabyte or so, over and over.</summary>
internal sealed class RandomBlocks
{
    private readonly byte[] _blocks;

    internal RandomBlocks(GgufTensorType type, int seed)
    {
        var size = type.Block().Bytes;
        _blocks = new byte[size * 65521];
        new Random(seed).NextBytes(_blocks);
        for (var at = 0; at < _blocks.Length; at += size)
        {
            switch (type)
            {
                case GgufTensorType.F16:
                    BinaryPrimitives.WriteHalfLittleEndian(_blocks.AsSpan(at), (Half)((_blocks[at] - 127.5f) / 4000));
                    break;
                case GgufTensorType.Q8_0 or GgufTensorType.Q4_0:
                    BinaryPrimitives.WriteHalfLittleEndian(_blocks.AsSpan(at), (Half)(type == GgufTensorType.Q8_0 ? 0.0003f : 0.004f));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type));
            }
        }
    }

    internal void Write(Stream output, long bytes)
    {
        for (; bytes > 0; bytes -= _blocks.Length)
        {
            output.Write(_blocks, 0, (int)Math.Min(bytes, _blocks.Length));
        }
    }
}
