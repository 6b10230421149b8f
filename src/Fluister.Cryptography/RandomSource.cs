using System.Security.Cryptography;

namespace Fluister.Cryptography;

/// <summary>Where random bytes come from: the operating system, or a seed in a test or a simulation that must repeat itself.</summary>
public abstract class RandomSource
{
    /// <summary>The operating system's generator, for every key that matters.</summary>
    public static RandomSource System { get; } = new SystemSource();

    /// <summary>Fills the span.</summary>
    public abstract void Fill(Span<byte> bytes);

    /// <summary>A fresh secret of the given number of bytes.</summary>
    public Secret Secret(int length)
    {
        Span<byte> bytes = length <= 256 ? stackalloc byte[length] : new byte[length];
        Fill(bytes);
        var secret = new Secret(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret;
    }

    private sealed class SystemSource : RandomSource
    {
        public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    }
}
