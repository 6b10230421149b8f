using System.Globalization;
using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;
using Curve = Fluister.Cryptography.Curves.X25519;

namespace Fluister.Archive.Exports.Age;

/// <summary>What opens an age file: a secret key or a passphrase.</summary>
public abstract class AgeIdentity : IDisposable
{
    private protected AgeIdentity()
    {
    }

    /// <summary>A new key.</summary>
    public static AgeIdentity Generate() => new OfKey(Curve.GenerateKey());

    /// <summary>Reads a secret key, "AGE-SECRET-KEY-1" and 58 more characters.</summary>
    /// <exception cref="ArchiveException">It is not such a key; the message does not repeat it.</exception>
    public static AgeIdentity Parse(string text)
    {
        if (text.StartsWith("age1", StringComparison.Ordinal))
        {
            throw new ArchiveException(
                ArchiveError.Damaged, "That is a public key, not a secret one. Give the \"AGE-SECRET-KEY-1...\" line that belongs to it.");
        }

        if (text.StartsWith("age-encryption.org/", StringComparison.Ordinal) || text.StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            throw new ArchiveException(
                ArchiveError.Unsupported,
                "That is an encrypted key or one of another program. Decrypt it first, or make a key with age-keygen.");
        }

        if (!Bech32.TryDecode(text, out var prefix, out var bytes) || char.IsAsciiLetterLower(text[0]))
        {
            throw new ArchiveException(
                ArchiveError.Damaged,
                "The identity is not a whole \"AGE-SECRET-KEY-1...\" key: a character is wrong or missing. Copy it again.");
        }

        try
        {
            return string.Equals(prefix, AgeFormat.KeyPrefix, StringComparison.Ordinal) && bytes.Length == Curve.Bytes
                ? new OfKey(new Secret(bytes))
                : throw new ArchiveException(
                    ArchiveError.Unsupported,
                    "The identity is a kind of key that this program does not know. "
                    + "Give a plain age key (\"AGE-SECRET-KEY-1...\", X25519).");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads a file of identities, as age-keygen writes it: one a line, "#" starts a comment.</summary>
    /// <exception cref="ArchiveException">A line is not an identity, or there is none.</exception>
    public static IReadOnlyList<AgeIdentity> ParseFile(TextReader reader, string name)
    {
        var identities = AgeKeyFile.Lines(reader, name).Select(line => AgeKeyFile.Parse(line, name, Parse)).ToList();
        return identities.Count > 0 ? identities : throw AgeKeyFile.Empty(name);
    }

    /// <summary>A passphrase in UTF-8. The secret is copied.</summary>
    public static AgeIdentity FromPassphrase(Secret passphrase) => new OfPassphrase(new Secret(passphrase.Reveal()));

    /// <summary>For whom to encrypt so that this opens it.</summary>
    public abstract AgeRecipient Recipient { get; }

    /// <summary>The line of an identity file, which is the secret in plain text; null for a passphrase.</summary>
    public abstract string? Reveal();

    /// <summary>Clears the secret.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Clears the secret.</summary>
    protected abstract void Dispose(bool disposing);

    internal abstract string StanzaType { get; }

    // The file key; null where the stanza is for somebody else. The stanza is of this type and was checked.
    internal abstract byte[]? Unwrap(AgeStanza stanza);

    /// <summary>Throws where a stanza of a known type is not as its type says, or stands where it may not.</summary>
    internal static void Check(IReadOnlyList<AgeStanza> stanzas, string name)
    {
        foreach (var stanza in stanzas)
        {
            var arguments = stanza.Arguments;
            var valid = stanza.Type switch
            {
                AgeFormat.X25519 => arguments.Count == 2 && AgeFormat.FromBase64(arguments[1]) is { Length: Curve.Bytes }
                    && stanza.Body.Length == AgeFormat.WrappedKeyBytes,
                AgeFormat.Scrypt => arguments.Count == 3 && AgeFormat.FromBase64(arguments[1]) is { Length: 16 }
                    && arguments[2].All(char.IsAsciiDigit) && arguments[2][0] != '0'
                    && stanza.Body.Length == AgeFormat.WrappedKeyBytes && stanzas.Count == 1,
                _ => true,
            };
            if (!valid)
            {
                throw new ArchiveException(
                    ArchiveError.Damaged, $"The header of {name} has a recipient that is not well formed. Fetch another copy.");
            }

            if (stanza.Type is AgeFormat.Scrypt
                && (arguments[2].Length > 2 || int.Parse(arguments[2], CultureInfo.InvariantCulture) > AgeFormat.MaximumWorkFactor))
            {
                throw new ArchiveException(
                    ArchiveError.Unsupported,
                    $"{name} asks for a work factor above {AgeFormat.MaximumWorkFactor}, which would take more than 4 GiB of memory. "
                    + "Only open it if you trust where it comes from, with age itself.");
            }
        }
    }

    private sealed class OfKey(Secret key) : AgeIdentity
    {
        private readonly byte[] _publicKey = Curve.PublicKey(key.Reveal());

        internal override string StanzaType => AgeFormat.X25519;

        public override AgeRecipient Recipient => AgeRecipient.OfPublicKey(_publicKey)!;

        public override string Reveal() => Bech32.Encode(AgeFormat.KeyPrefix, key.Reveal()).ToUpperInvariant();

        internal override byte[]? Unwrap(AgeStanza stanza)
        {
            var share = AgeFormat.FromBase64(stanza.Arguments[1])!;
            Span<byte> shared = stackalloc byte[Curve.Bytes];
            if (!Curve.TryAgree(key.Reveal(), share, shared))
            {
                throw new ArchiveException(
                    ArchiveError.Damaged, "The file's header was made to leak: it holds a key of small order. Do not use the file.");
            }

            var wrapKey = AgeFormat.Derive(shared, [.. share, .. _publicKey], "age-encryption.org/v1/X25519"u8);
            CryptographicOperations.ZeroMemory(shared);
            var fileKey = AgeFormat.Unwrap(wrapKey, stanza.Body);
            CryptographicOperations.ZeroMemory(wrapKey);
            return fileKey;
        }

        protected override void Dispose(bool disposing) => key.Dispose();
    }

    private sealed class OfPassphrase(Secret passphrase) : AgeIdentity
    {
        internal override string StanzaType => AgeFormat.Scrypt;

        public override AgeRecipient Recipient => AgeRecipient.FromPassphrase(passphrase);

        public override string? Reveal() => null;

        internal override byte[]? Unwrap(AgeStanza stanza)
        {
            var salt = AgeFormat.FromBase64(stanza.Arguments[1])!;
            var key = AgeRecipient.Stretch(passphrase, salt, int.Parse(stanza.Arguments[2], CultureInfo.InvariantCulture));
            var fileKey = AgeFormat.Unwrap(key, stanza.Body);
            CryptographicOperations.ZeroMemory(key);
            return fileKey;
        }

        protected override void Dispose(bool disposing) => passphrase.Dispose();
    }
}
