using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Fluister.Cryptography.Hashes;

namespace Fluister.Cryptography.Kdf;

/// <summary>The core that the variants of Argon2 share (RFC 9106, version 0x13).</summary>
internal sealed unsafe partial class Argon2
{
    private const int Version = 0x13;
    private const int BlockBytes = 1024;
    private const int BlockWords = BlockBytes / 8;
    private const int Slices = 4;
    private const int MinimumSaltBytes = 8;
    private const int MinimumOutputBytes = 4;

    // Blocks beside the memory: two of the block function, then input, output and zeros for addresses.
    private const int ScratchBlocks = 5;

    private readonly Variant _variant;
    private readonly int _passes;
    private readonly int _lanes;
    private readonly int _blocks;
    private readonly int _laneBlocks;
    private readonly int _segmentBlocks;
    private readonly ulong* _memory;
    private readonly ulong* _scratch;

    private Argon2(Variant variant, int memoryKiB, int passes, int lanes, ulong* memory)
    {
        (_variant, _passes, _lanes) = (variant, passes, lanes);
        _segmentBlocks = memoryKiB / (Slices * lanes);
        _laneBlocks = Slices * _segmentBlocks;
        _blocks = lanes * _laneBlocks;
        _memory = memory;
        _scratch = memory + ((nint)_blocks * BlockWords);
    }

    /// <summary>Which blocks are read: chosen without the password, or with it after half a pass.</summary>
    internal enum Variant
    {
        I = 1,
        Id = 2,
    }

    public static void Derive(
        Variant variant, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int memoryKiB, int passes, int lanes, Span<byte> output,
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> associatedData)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(salt.Length, MinimumSaltBytes, nameof(salt));
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, MinimumOutputBytes, nameof(output));
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(memoryKiB, Argon2id.MaximumMemoryKiB);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryKiB, 8L * lanes, nameof(memoryKiB));

        var bytes = ((nuint)memoryKiB + ScratchBlocks) * BlockBytes;
        var memory = (ulong*)NativeMemory.AlignedAlloc(bytes, 64);
        Span<byte> seed = stackalloc byte[Blake2b.MaximumBytes];
        try
        {
            using (var hash = new Blake2b(seed.Length))
            {
                // H0, RFC 9106, section 3.2.
                foreach (var number in (ReadOnlySpan<int>)[lanes, output.Length, memoryKiB, passes, Version, (int)variant])
                {
                    hash.Append(number);
                }

                AppendSized(hash, password);
                AppendSized(hash, salt);
                AppendSized(hash, secret);
                AppendSized(hash, associatedData);
                hash.Finish(seed);
            }

            var argon2 = new Argon2(variant, memoryKiB, passes, lanes, memory);
            argon2.Begin(seed);
            argon2.Fill();
            argon2.Finish(output);
        }
        finally
        {
            NativeMemory.Clear(memory, bytes);
            NativeMemory.AlignedFree(memory);
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static void AppendSized(Blake2b hash, ReadOnlySpan<byte> bytes)
    {
        hash.Append(bytes.Length);
        hash.Append(bytes);
    }

    // The hash of any length, H', section 3.3: half of each of a chain of hashes, and all of the last.
    private static void HashLong(ReadOnlySpan<byte> bytes, Span<byte> result)
    {
        const int Half = Blake2b.MaximumBytes / 2;
        Span<byte> link = stackalloc byte[Blake2b.MaximumBytes];
        using (var first = new Blake2b(Math.Min(result.Length, link.Length)))
        {
            first.Append(result.Length);
            first.Append(bytes);
            first.Finish(link[..Math.Min(result.Length, link.Length)]);
        }

        while (result.Length > link.Length)
        {
            link[..Half].CopyTo(result);
            result = result[Half..];
            var next = link[..Math.Min(result.Length, link.Length)];
            using var hash = new Blake2b(next.Length);
            hash.Append(link);
            hash.Finish(next);
        }

        link[..result.Length].CopyTo(result);
        CryptographicOperations.ZeroMemory(link);
    }

    private ulong* Block(int lane, int column) => _memory + ((((nint)lane * _laneBlocks) + column) * BlockWords);

    // The first two blocks of each lane, section 3.2, steps 3 and 4.
    private void Begin(ReadOnlySpan<byte> seed)
    {
        Span<byte> input = stackalloc byte[Blake2b.MaximumBytes + 8];
        seed.CopyTo(input);
        for (var lane = 0; lane < _lanes; lane++)
        {
            for (var column = 0; column < 2; column++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(input[seed.Length..], column);
                BinaryPrimitives.WriteInt32LittleEndian(input[(seed.Length + 4)..], lane);
                var block = new Span<ulong>(Block(lane, column), BlockWords);
                HashLong(input, MemoryMarshal.AsBytes(block));
                FromLittleEndian(block);
            }
        }

        CryptographicOperations.ZeroMemory(input);
    }

    // Lanes of a slice do not read each other's blocks of that slice, so that their order is free.
    private void Fill()
    {
        for (var pass = 0; pass < _passes; pass++)
        {
            for (var slice = 0; slice < Slices; slice++)
            {
                for (var lane = 0; lane < _lanes; lane++)
                {
                    FillSegment(pass, slice, lane);
                }
            }
        }
    }

    private void FillSegment(int pass, int slice, int lane)
    {
        var independent = _variant == Variant.I || (pass == 0 && slice < Slices / 2);
        var input = _scratch + (2 * BlockWords);
        var addresses = input + BlockWords;
        var zeros = addresses + BlockWords;
        if (independent)
        {
            NativeMemory.Clear(input, BlockBytes);
            NativeMemory.Clear(zeros, BlockBytes);
            (input[0], input[1], input[2]) = ((uint)pass, (uint)lane, (uint)slice);
            (input[3], input[4], input[5]) = ((uint)_blocks, (uint)_passes, (uint)_variant);
        }

        for (var index = 0; index < _segmentBlocks; index++)
        {
            // Section 3.4.1.2: each block of addresses is numbered from 1, also where the first two are not used.
            if (independent && index % BlockWords == 0)
            {
                input[6]++;
                Compress(zeros, input, addresses, addToTarget: false);
                Compress(zeros, addresses, addresses, addToTarget: false);
            }

            var column = (slice * _segmentBlocks) + index;
            if (pass == 0 && column < 2)
            {
                continue;
            }

            var previous = Block(lane, column == 0 ? _laneBlocks - 1 : column - 1);
            var choice = independent ? addresses[index % BlockWords] : previous[0];
            Compress(previous, Chosen(pass, slice, lane, index, choice), Block(lane, column), addToTarget: pass > 0);
        }
    }

    // The block to read, section 3.4.2.
    private ulong* Chosen(int pass, int slice, int lane, int index, ulong choice)
    {
        var (j1, j2) = ((uint)choice, (uint)(choice >> 32));
        var other = pass == 0 && slice == 0 ? lane : (int)(j2 % (uint)_lanes);

        // Blocks to choose from: finished slices, and of the own lane the blocks of this slice but for the last one.
        var finished = pass == 0 ? slice : Slices - 1;
        var size = (finished * _segmentBlocks) + (other == lane ? index - 1 : index == 0 ? -1 : 0);
        var start = pass == 0 ? 0 : (slice + 1) % Slices * _segmentBlocks;
        var x = (uint)(((ulong)j1 * j1) >> 32);
        var position = size - 1 - (int)(((ulong)(uint)size * x) >> 32);
        return Block(other, (int)((start + (long)position) % _laneBlocks));
    }

    // The sum of the last blocks of all lanes, hashed, section 3.2, steps 7 and 8.
    private void Finish(Span<byte> output)
    {
        var sum = new Span<ulong>(Block(0, _laneBlocks - 1), BlockWords);
        for (var lane = 1; lane < _lanes; lane++)
        {
            var last = Block(lane, _laneBlocks - 1);
            for (var i = 0; i < BlockWords; i++)
            {
                sum[i] ^= last[i];
            }
        }

        FromLittleEndian(sum);
        HashLong(MemoryMarshal.AsBytes(sum), output);
    }

    private static void FromLittleEndian(Span<ulong> words)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }
}
