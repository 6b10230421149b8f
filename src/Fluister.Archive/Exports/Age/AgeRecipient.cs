using System.Globalization;
using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;
using Fluister.Cryptography.Kdf;
using Curve = Fluister.Cryptography.Curves.X25519;

namespace Fluister.Archive.Exports.Age;

/// <summary>For whom an age file is encrypted: the holder of a key, or who knows a passphrase.</summary>
public abstract class AgeRecipient
{
    private protected AgeRecipient()
    {
    }

    /// <summary>Reads a public key, "age1" and 58 more characters.</summary>
    /// <exception cref="ArchiveException">It is not such a key; the message does not repeat it.</exception>
    public static AgeRecipient Parse(string text)
    {
        if (text.StartsWith("ssh-", StringComparison.Ordinal))
        {
            throw new ArchiveException(
                ArchiveError.Unsupported,
                "An SSH key cannot be a recipient here. Make an age key with age-keygen and give its \"age1...\" line.");
        }

        if (text.StartsWith(AgeFormat.KeyPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArchiveException(
                ArchiveError.Damaged, "That is a secret key, not a recipient. Give its public key (age-keygen -y prints it).");
        }

        if (!Bech32.TryDecode(text, out var prefix, out var bytes) || char.IsAsciiLetterUpper(text[0]))
        {
            throw new ArchiveException(
                ArchiveError.Damaged, "The recipient is not a whole \"age1...\" key: a character is wrong or missing. Copy it again.");
        }

        if (!string.Equals(prefix, "age", StringComparison.Ordinal) || bytes.Length != Curve.Bytes)
        {
            throw new ArchiveException(
                ArchiveError.Unsupported,
                "The recipient is a kind of key that this program does not know. Give a plain age key (\"age1...\", X25519).");
        }

        return OfPublicKey(bytes) ?? throw new ArchiveException(
            ArchiveError.Damaged, "The recipient is a key that protects nothing. Make a new one with age-keygen.");
    }

    /// <summary>Reads a file of recipients: one a line, "#" starts a comment.</summary>
    /// <exception cref="ArchiveException">A line is not a recipient, or there is none.</exception>
    public static IReadOnlyList<AgeRecipient> ParseFile(TextReader reader, string name)
    {
        var recipients = AgeKeyFile.Lines(reader, name).Select(line => AgeKeyFile.Parse(line, name, Parse)).ToList();
        return recipients.Count > 0 ? recipients : throw AgeKeyFile.Empty(name);
    }

    /// <summary>Whoever knows the passphrase, in UTF-8. It must be the only recipient. The secret is copied.</summary>
    public static AgeRecipient FromPassphrase(Secret passphrase) => FromPassphrase(passphrase, AgeFormat.DefaultWorkFactor);

    internal static AgeRecipient FromPassphrase(Secret passphrase, int workFactor)
        => new ForPassphrase(new Secret(passphrase.Reveal()), workFactor);

    // Null where the key is of small order, so that what is shared with it is known to everybody.
    internal static AgeRecipient? OfPublicKey(byte[] publicKey)
    {
        using var key = Curve.GenerateKey();
        Span<byte> shared = stackalloc byte[Curve.Bytes];
        return Curve.TryAgree(key.Reveal(), publicKey, shared) ? new ForKey(publicKey) : null;
    }

    internal abstract bool MustBeAlone { get; }

    internal abstract AgeStanza Wrap(ReadOnlySpan<byte> fileKey);

    private sealed class ForKey(byte[] publicKey) : AgeRecipient
    {
        internal override bool MustBeAlone => false;

        internal override AgeStanza Wrap(ReadOnlySpan<byte> fileKey)
        {
            using var ephemeral = Curve.GenerateKey();
            var share = Curve.PublicKey(ephemeral.Reveal());
            Span<byte> shared = stackalloc byte[Curve.Bytes];
            if (!Curve.TryAgree(ephemeral.Reveal(), publicKey, shared))
            {
                throw new InvalidOperationException("A key of small order was let in.");
            }

            var key = AgeFormat.Derive(shared, [.. share, .. publicKey], "age-encryption.org/v1/X25519"u8);
            CryptographicOperations.ZeroMemory(shared);
            var body = AgeFormat.Wrap(key, fileKey);
            CryptographicOperations.ZeroMemory(key);
            return new AgeStanza([AgeFormat.X25519, AgeFormat.ToBase64(share)], body);
        }

        public override string ToString() => Bech32.Encode("age", publicKey);
    }

    private sealed class ForPassphrase(Secret passphrase, int workFactor) : AgeRecipient
    {
        internal override bool MustBeAlone => true;

        internal override AgeStanza Wrap(ReadOnlySpan<byte> fileKey)
        {
            var salt = RandomNumberGenerator.GetBytes(16);
            var key = Stretch(passphrase, salt, workFactor);
            var body = AgeFormat.Wrap(key, fileKey);
            CryptographicOperations.ZeroMemory(key);
            return new AgeStanza(
                [AgeFormat.Scrypt, AgeFormat.ToBase64(salt), workFactor.ToString(CultureInfo.InvariantCulture)], body);
        }
    }

    internal static byte[] Stretch(Secret passphrase, ReadOnlySpan<byte> salt, int workFactor)
    {
        var memory = Scrypt.Memory(1 << workFactor, 8, 1);
        if (memory > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new ArchiveException(
                ArchiveError.Denied,
                $"The passphrase's work factor asks for {memory >> 20} MiB of memory, which this computer does not "
                + "have. Use a larger one.");
        }

        var key = new byte[AgeFormat.KeyBytes];
        try
        {
            Scrypt.DeriveKey(passphrase.Reveal(), [.. "age-encryption.org/v1/scrypt"u8, .. salt], 1 << workFactor, 8, 1, memory, key);
        }
        catch (OutOfMemoryException exception)
        {
            throw new ArchiveException(
                ArchiveError.Denied,
                $"The passphrase's work factor asks for {memory >> 20} MiB of memory, which the system refused. Close other programs.",
                exception);
        }

        return key;
    }
}
