using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Archive.Exports.Age;

/// <summary>Passphrases that nobody guesses.</summary>
public static class AgePassphrase
{
    // 32 characters that are hard to mistake for one another: no i, l, o, u.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Groups = 7;
    private const int GroupLength = 4;

    /// <summary>A new passphrase of 140 random bits: seven groups of four characters with dashes, as ASCII.</summary>
    public static Secret Generate()
    {
        Span<byte> random = stackalloc byte[Groups * GroupLength];
        Span<byte> text = stackalloc byte[(Groups * (GroupLength + 1)) - 1];
        RandomNumberGenerator.Fill(random);
        for (int i = 0, at = 0; i < random.Length; i++)
        {
            if (i > 0 && i % GroupLength == 0)
            {
                text[at++] = (byte)'-';
            }

            text[at++] = (byte)Alphabet[random[i] & 31];
        }

        var secret = new Secret(text);
        CryptographicOperations.ZeroMemory(random);
        CryptographicOperations.ZeroMemory(text);
        return secret;
    }
}
