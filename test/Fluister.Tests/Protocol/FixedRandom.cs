using Fluister.Cryptography;

namespace Fluister.Tests.Protocol;

/// <summary>Gives the bytes that it was given, and no more: for comparing with what another implementation made of them.</summary>
internal sealed class FixedRandom(params byte[][] parts) : RandomSource
{
    private readonly byte[] _bytes = [.. parts.SelectMany(part => part)];
    private int _used;

    public override void Fill(Span<byte> bytes)
    {
        _bytes.AsSpan(_used, bytes.Length).CopyTo(bytes);
        _used += bytes.Length;
    }
}
