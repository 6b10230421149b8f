using System.Security.Cryptography;

namespace Fluister.Cryptography;

/// <summary>Secret bytes: pinned, cleared on disposal, compared in fixed time, and without a text form.</summary>
/// <remarks>Keys are passed as this type so that they cannot be logged, formatted or compared by accident.</remarks>
public sealed class Secret : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>Copies <paramref name="bytes"/>; the caller clears its own copy.</summary>
    public Secret(ReadOnlySpan<byte> bytes)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(_bytes);
    }

    /// <summary>Number of bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The bytes themselves, for the primitive that consumes them.</summary>
    public ReadOnlySpan<byte> Reveal()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _bytes;
    }

    /// <summary>Compares in time that depends on the lengths only.</summary>
    public bool FixedTimeEquals(Secret other) => CryptographicOperations.FixedTimeEquals(Reveal(), other.Reveal());

    /// <summary>Never the content.</summary>
    public override string ToString() => "Secret";

    /// <summary>Clears the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _disposed = true;
    }
}
