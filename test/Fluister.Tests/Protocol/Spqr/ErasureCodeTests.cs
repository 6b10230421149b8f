using System.Buffers.Binary;
using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Tests.Protocol.Spqr;

public sealed class ErasureCodeTests
{
    /// <summary>Chunks of the four messages of the protocol, and the smallest there could be.</summary>
    public static TheoryData<int> Sizes => [1, 3, 5, 30, 36];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_message_comes_first_as_it_is(int size)
    {
        var message = new SeededRandom(size).Bytes(Chunk.Bytes * size);
        var chunks = Chunks(message, size);
        for (var i = 0; i < size; i++)
        {
            Assert.Equal(i, chunks[i].Index);
            Assert.Equal(message[(Chunk.Bytes * i)..(Chunk.Bytes * (i + 1))], Bytes(chunks[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Redundancy_lies_on_the_polynomials_through_the_message(int size)
    {
        var message = new SeededRandom(10 + size).Bytes(Chunk.Bytes * size);
        foreach (var chunk in Chunks(message, size + 8).Skip(size))
        {
            var bytes = Bytes(chunk);
            for (var lane = 0; lane < Chunk.Lanes; lane++)
            {
                Assert.Equal(Lagrange(message, size, lane, chunk.Index), BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * lane)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Any_chunks_that_are_enough_give_the_message(int size)
    {
        var random = new SeededRandom(20 + size);
        for (var round = 0; round < 40; round++)
        {
            var message = random.Bytes(Chunk.Bytes * size);
            var chunks = Chunks(message, 3 * size);
            random.Shuffle(chunks);
            Assert.Equal(message, Decode(chunks.AsSpan(0, size), size));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Redundancy_alone_gives_the_message(int size)
    {
        var message = new SeededRandom(30 + size).Bytes(Chunk.Bytes * size);
        Assert.Equal(message, Decode(Chunks(message, 2 * size).AsSpan(size), size));
    }

    [Fact]
    public void All_chunks_but_one_and_one_of_redundancy_give_the_message()
    {
        var message = new SeededRandom(40).Bytes(Chunk.Bytes * 36);
        var chunks = Chunks(message, 37);
        for (var lost = 0; lost < 36; lost++)
        {
            Assert.Equal(message, Decode([.. chunks.Where(chunk => chunk.Index != lost)], 36));
        }
    }

    [Fact]
    public void A_chunk_that_comes_again_counts_once()
    {
        var message = new SeededRandom(41).Bytes(Chunk.Bytes * 5);
        var chunks = Chunks(message, 5);
        var decoder = new ChunkDecoder(5);
        for (var i = 0; i < 4; i++)
        {
            decoder = decoder.With(chunks[i]).With(chunks[0]).With(chunks[i]);
            Assert.Null(decoder.Decode());
        }

        Assert.Equal(message, decoder.With(chunks[4]).Decode());
    }

    [Fact]
    public void Of_two_chunks_for_one_place_the_later_counts()
    {
        var message = new SeededRandom(42).Bytes(Chunk.Bytes * 5);
        var chunks = Chunks(message, 5);
        var decoder = new ChunkDecoder(5).With(chunks[0]).With(chunks[2] with { Values = chunks[1].Values }).With(chunks[1]);
        decoder = decoder.With(chunks[2]).With(chunks[3]);
        Assert.Null(decoder.Decode());
        Assert.Equal(message, decoder.With(chunks[4]).Decode());
    }

    [Fact]
    public void A_decoder_that_took_a_chunk_leaves_the_one_before_as_it_was()
    {
        var chunks = Chunks(new SeededRandom(43).Bytes(Chunk.Bytes * 3), 3);
        var before = new ChunkDecoder(3).With(chunks[0]).With(chunks[2]);
        var bytes = Write(before.Write);
        Assert.NotNull(before.With(chunks[1]).Decode());
        Assert.Null(before.Decode());
        Assert.Equal(bytes, Write(before.Write));
    }

    [Fact]
    public void After_65536_chunks_they_come_again()
    {
        var message = new SeededRandom(44).Bytes(Chunk.Bytes * 3);
        var encoder = new ChunkEncoder(message);
        var first = new List<Chunk>();
        for (var i = 0; i < 65_536 + 5; i++)
        {
            encoder = encoder.Next(out var chunk);
            Assert.Equal(i & 0xffff, chunk.Index);
            if (i < 5)
            {
                first.Add(chunk);
            }
            else if (i >= 65_536)
            {
                Assert.Equal(first[i - 65_536], chunk);
            }
            else if (i > 65_500)
            {
                Assert.Equal(message, Decode([chunk, first[4], first[1]], 3));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Both_ends_go_on_from_their_bytes_after_every_chunk(int size)
    {
        var message = new SeededRandom(50 + size).Bytes(Chunk.Bytes * size);
        var encoder = new ChunkEncoder(message);
        var decoder = new ChunkDecoder(size);
        byte[]? decoded = null;
        for (var i = 0; decoded is null; i++)
        {
            encoder = encoder.Next(out var chunk);
            var bytes = Write(encoder.Write);
            encoder = ChunkEncoder.Read(bytes, size);
            Assert.Equal(bytes, Write(encoder.Write));
            if (i % 3 == 1)
            {
                continue;
            }

            decoder = decoder.With(chunk);
            decoded = decoder.Decode();
            if (decoded is null)
            {
                bytes = Write(decoder.Write);
                decoder = ChunkDecoder.Read(bytes, size);
                Assert.Equal(bytes, Write(decoder.Write));
            }
        }

        Assert.Equal(message, decoded);
    }

    [Fact]
    public void Bytes_of_encoders_and_decoders_that_cannot_be_are_refused()
    {
        var message = new SeededRandom(60).Bytes(Chunk.Bytes * 5);
        var encoder = Write(new ChunkEncoder(message).Write);
        Refused.With(ProtocolError.Malformed, () => ChunkEncoder.Read(encoder, 3));
        Refused.With(ProtocolError.Malformed, () => ChunkEncoder.Read([], 5));
        Refused.With(ProtocolError.Malformed, () => ChunkEncoder.Read(encoder.AsSpan(12), 5));
        Refused.With(ProtocolError.Malformed, () => ChunkEncoder.Read([.. encoder, .. encoder], 5));
        byte[] mixed = [.. encoder.AsSpan(0, 12 * 15), (3 << 3) | 2, .. encoder.AsSpan(1, 11)];
        Refused.With(ProtocolError.Malformed, () => ChunkEncoder.Read(mixed, 5));

        var chunks = Chunks(message, 5);
        var decoder = Write(new ChunkDecoder(5).With(chunks[3]).With(chunks[1]).Write);
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read(decoder, 3));
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read([], 5));
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read(decoder.AsSpan(0, decoder.Length - 10), 5));
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read([.. decoder, 0x20, 1], 5));
        var full = Write(chunks.Aggregate(new ChunkDecoder(6), static (before, chunk) => before.With(chunk)).Write);
        full[1] = 5 * 16;
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read(full, 5));
        var unsorted = Write(new ChunkDecoder(5).With(chunks[3]).With(chunks[1]).Write);
        unsorted[7] = 9;
        Refused.With(ProtocolError.Malformed, () => ChunkDecoder.Read(unsorted, 5));
    }

    private static Chunk[] Chunks(byte[] message, int count)
    {
        var encoder = new ChunkEncoder(message);
        var chunks = new Chunk[count];
        for (var i = 0; i < count; i++)
        {
            encoder = encoder.Next(out chunks[i]);
        }

        return chunks;
    }

    private static byte[]? Decode(ReadOnlySpan<Chunk> chunks, int size)
    {
        var decoder = new ChunkDecoder(size);
        foreach (ref readonly var chunk in chunks)
        {
            Assert.Null(decoder.Decode());
            decoder = decoder.With(chunk);
        }

        return decoder.Decode();
    }

    private static byte[] Bytes(Chunk chunk)
    {
        var bytes = new byte[Chunk.Bytes];
        Chunk.Store(chunk.Values, bytes);
        return bytes;
    }

    private static byte[] Write(Action<ProtoWriter> write)
    {
        using var writer = new ProtoWriter();
        write(writer);
        return writer.ToArray();
    }

    /// <summary>One value of one polynomial as the sum of Lagrange's terms, by the slow product.</summary>
    private static ushort Lagrange(byte[] message, int size, int lane, int x)
    {
        ushort sum = 0;
        for (var i = 0; i < size; i++)
        {
            var term = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan((Chunk.Bytes * i) + (2 * lane)));
            for (var j = 0; j < size; j++)
            {
                if (j != i)
                {
                    term = Gf16Tests.SlowProduct(term, (ushort)(x ^ j));
                    term = Gf16Tests.SlowProduct(term, Gf16.Invert((ushort)(i ^ j)));
                }
            }

            sum ^= term;
        }

        return sum;
    }
}
