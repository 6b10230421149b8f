using System.Security.Cryptography;
using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>`sha256-X = HASH`: what a download must be, in hex or base64.</summary>
/// <param name="Bits">224, 256, 384 or 512.</param>
/// <param name="Text">As it stands there.</param>
/// <param name="Place">Where.</param>
internal sealed record Digest(int Bits, string Text, Place Place)
{
    /// <summary>The sizes that there are.</summary>
    public static readonly int[] Sizes = [224, 256, 384, 512];

    /// <summary>Those of one version, the shortest first.</summary>
    public static IReadOnlyList<Digest> Of(Block block, string version) => [.. Sizes
        .Select(bits => (Bits: bits, Key: $"sha{bits}-{version}")).Where(size => block.Keys.ContainsKey(size.Key))
        .Select(size => new Digest(size.Bits, block.Keys[size.Key], block.At(size.Key)))];

    /// <summary>Hashes a stream from its beginning.</summary>
    public static byte[] Compute(int bits, Stream content)
    {
        content.Position = 0;
        return bits switch
        {
            224 => Sha224.Hash(content),
            256 => SHA256.HashData(content),
            384 => SHA384.HashData(content),
            _ => SHA512.HashData(content),
        };
    }

    /// <summary>Whether a stream is what it should be.</summary>
    public bool Fits(Stream content)
    {
        var hash = Compute(Bits, content);
        return Text.Length == Bits / 4 && Text.All(char.IsAsciiHexDigit)
            ? Text.Equals(Convert.ToHexString(hash), StringComparison.OrdinalIgnoreCase) : Text == Convert.ToBase64String(hash);
    }

    /// <summary>Refuses what it is not.</summary>
    /// <exception cref="NotForkException">It is something else.</exception>
    public void Check(Stream content, string shown)
    {
        if (!Fits(content))
        {
            throw new NotForkException(
                ExitCode.Verification,
                $"SHA-{Bits} of {shown} is {Convert.ToHexStringLower(Compute(Bits, content))}, not \"{Text}\": " +
                "it is not what was meant, or was changed.",
                Place);
        }
    }
}
