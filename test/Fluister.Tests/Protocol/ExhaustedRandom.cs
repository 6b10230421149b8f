using Fluister.Cryptography;

namespace Fluister.Tests.Protocol;

/// <summary>A source that has no random bytes.</summary>
internal sealed class ExhaustedRandom : RandomSource
{
    public override void Fill(Span<byte> bytes) => throw new InvalidOperationException("There are no random bytes.");
}
