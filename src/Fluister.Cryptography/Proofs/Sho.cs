using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Proofs;

/// <summary>A stateful hash object: absorbs labelled input, squeezes out as many bytes as are asked for, and ratchets in between.</summary>
/// <remarks>
/// <para>The construction is Trevor Perrin's, as libsignal's poksho has it. Every squeeze and every closed input replaces
/// the chaining value, so that an object that is taken later tells nothing about what was absorbed before.</para>
/// <para>Input that is not closed by a ratchet yet lies in a buffer that grows with it; callers bound what they absorb.</para>
/// </remarks>
public abstract class Sho : IDisposable
{
    /// <summary>Bytes of the hash and of the chaining value.</summary>
    protected const int HashBytes = 32;

    private byte[] _input = new byte[256];
    private int _length;
    private bool _open;

    private protected Sho()
    {
    }

    private protected Sho(Sho other)
    {
        if (other._open)
        {
            throw new InvalidOperationException("Close the input before copying.");
        }

        other.Chain.CopyTo(Chain, 0);
    }

    private protected byte[] Chain { get; } = new byte[HashBytes];

    /// <summary>Takes in more input. Splitting an input changes nothing.</summary>
    public void Absorb(ReadOnlySpan<byte> input)
    {
        if (_input.Length - _length < input.Length)
        {
            var grown = new byte[Math.Max(_input.Length * 2, _length + input.Length)];
            _input.AsSpan(0, _length).CopyTo(grown);
            CryptographicOperations.ZeroMemory(_input.AsSpan(0, _length));
            _input = grown;
        }

        input.CopyTo(_input.AsSpan(_length));
        _length += input.Length;
        _open = true;
    }

    /// <summary>Takes in the encoding of a group element.</summary>
    public void Absorb(in RistrettoPoint point)
    {
        Span<byte> bytes = stackalloc byte[RistrettoPoint.Bytes];
        point.Encode(bytes);
        Absorb(bytes);
    }

    /// <summary>Takes in the encoding of a scalar.</summary>
    public void Absorb(in Scalar25519 scalar)
    {
        Span<byte> bytes = stackalloc byte[Scalar25519.Bytes];
        scalar.Encode(bytes);
        Absorb(bytes);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Closes the input. Does nothing where none was absorbed since the last time.</summary>
    public void Ratchet()
    {
        if (!_open)
        {
            return;
        }

        Close(_input.AsSpan(0, _length));
        CryptographicOperations.ZeroMemory(_input.AsSpan(0, _length));
        (_length, _open) = (0, false);
    }

    /// <summary>Takes in one whole input.</summary>
    public void AbsorbAndRatchet(ReadOnlySpan<byte> input)
    {
        Absorb(input);
        Ratchet();
    }

    /// <summary>Fills the span with output that its length is part of: a longer output begins alike, the next one differs.</summary>
    /// <exception cref="InvalidOperationException">The input is not closed.</exception>
    public void SqueezeAndRatchet(Span<byte> output)
    {
        if (_open)
        {
            throw new InvalidOperationException("Close the input before squeezing.");
        }

        Span<byte> block = stackalloc byte[HashBytes];
        ulong index = 0;
        for (var rest = output; !rest.IsEmpty; index++)
        {
            Derive(index, 1, block);
            var count = Math.Min(HashBytes, rest.Length);
            block[..count].CopyTo(rest);
            rest = rest[count..];
        }

        Derive((ulong)output.Length, 2, block);
        block.CopyTo(Chain);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>A scalar from 64 bytes of output.</summary>
    public Scalar25519 SqueezeScalar()
    {
        Span<byte> bytes = stackalloc byte[64];
        SqueezeAndRatchet(bytes);
        var scalar = Scalar25519.Reduce(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return scalar;
    }

    /// <summary>A group element from 64 bytes of output.</summary>
    public RistrettoPoint SqueezePoint()
    {
        Span<byte> bytes = stackalloc byte[64];
        SqueezeAndRatchet(bytes);
        return RistrettoPoint.FromUniformBytes(bytes);
    }

    /// <summary>A group element from 32 bytes of output, by one Elligator map.</summary>
    public RistrettoPoint SqueezeSingleElligator()
    {
        Span<byte> bytes = stackalloc byte[32];
        SqueezeAndRatchet(bytes);
        return RistrettoPoint.FromSingleElligator(bytes);
    }

    /// <summary>Clears the state: what is squeezed derives from it.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Chain);
        CryptographicOperations.ZeroMemory(_input);
        GC.SuppressFinalize(this);
    }

    // The new chaining value from the old one and a whole input.
    private protected abstract void Close(ReadOnlySpan<byte> input);

    // 32 bytes from the chaining value, a number and the purpose: 1 output, 2 the next chaining value.
    private protected abstract void Derive(ulong number, byte purpose, Span<byte> output);
}
