using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>The texts of the run's messages: the name, a nonce, and as many letters as the seed wants.</summary>
internal static class Text
{
    private const int MostLetters = 400;
    private const int NonceBytes = 8;
    private const int HashBytes = 8;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz      ";

    /// <summary>A message's text.</summary>
    public static string Of(MessageName name, Random random)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        random.NextBytes(nonce);
        var letters = random.GetItems(Letters.AsSpan(), random.Next(1, MostLetters));
        return string.Create(CultureInfo.InvariantCulture, $"{name} {Convert.ToHexStringLower(nonce)} {new string(letters)}.");
    }

    /// <summary>The name that a text begins with; "?" where it begins with none.</summary>
    public static string NameOf(string text)
    {
        var word = text.Split(' ', 2)[0];
        return MessageName.TryParse(word, out _) ? word : "?";
    }

    /// <summary>What tells a text from others.</summary>
    public static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashBytes));
}
