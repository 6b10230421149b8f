using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>The ratcheted authenticator (ML-KEM Braid, section 2): MACs of headers and ciphertexts under a key that every epoch's
/// secret goes into, so that one who broke in once cannot slip in keys of its own for ever.</summary>
internal sealed class BraidAuthenticator
{
    public const int MacBytes = 32;
    private const int KeyBytes = 32;
    private const uint RootField = 1;
    private const uint MacKeyField = 2;
    private const int MaximumLabelBytes = 48;

    // Root key and MAC key.
    private readonly byte[] _keys;

    private BraidAuthenticator(byte[] keys) => _keys = keys;

    private ReadOnlySpan<byte> Root => _keys.AsSpan(0, KeyBytes);

    private ReadOnlySpan<byte> MacKey => _keys.AsSpan(KeyBytes);

    /// <summary>Begins with the secret that the handshake gave.</summary>
    public static BraidAuthenticator Begin(ReadOnlySpan<byte> secret) => new BraidAuthenticator(new byte[2 * KeyBytes]).With(1, secret);

    /// <summary>With the secret of an epoch.</summary>
    public BraidAuthenticator With(ulong epoch, ReadOnlySpan<byte> secret)
    {
        Span<byte> material = stackalloc byte[2 * KeyBytes];
        Root.CopyTo(material);
        secret.CopyTo(material[KeyBytes..]);
        Span<byte> info = stackalloc byte[MaximumLabelBytes + sizeof(ulong)];
        info = Bind("Signal_PQCKA_V1_MLKEM768:Authenticator Update"u8, epoch, info);
        var keys = new byte[2 * KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, keys, Chains.SpqrChain.NoSalt, info);
        CryptographicOperations.ZeroMemory(material);
        return new(keys);
    }

    /// <summary>The MAC of an encapsulation key's header.</summary>
    public void MacOfHeader(ulong epoch, ReadOnlySpan<byte> header, Span<byte> mac) =>
        Mac("Signal_PQCKA_V1_MLKEM768:ekheader"u8, epoch, header, [], mac);

    /// <summary>The MAC of both parts of a ciphertext.</summary>
    public void MacOfCiphertext(ulong epoch, ReadOnlySpan<byte> ciphertext1, ReadOnlySpan<byte> ciphertext2, Span<byte> mac) =>
        Mac("Signal_PQCKA_V1_MLKEM768:ciphertext"u8, epoch, ciphertext1, ciphertext2, mac);

    /// <summary>Reads the Authenticator of a session record.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static BraidAuthenticator Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> root = default, macKey = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RootField:
                    root = reader.Bytes();
                    break;
                case MacKeyField:
                    macKey = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return root.Length == KeyBytes && macKey.Length == KeyBytes
            ? new([.. root, .. macKey])
            : throw SpqrRefusal.Malformed("an authenticator");
    }

    public void Write(ProtoWriter writer)
    {
        writer.Bytes(RootField, Root);
        writer.Bytes(MacKeyField, MacKey);
    }

    public void Clear() => CryptographicOperations.ZeroMemory(_keys);

    private static Span<byte> Bind(ReadOnlySpan<byte> label, ulong epoch, Span<byte> bound)
    {
        label.CopyTo(bound);
        BinaryPrimitives.WriteUInt64BigEndian(bound[label.Length..], epoch);
        return bound[..(label.Length + sizeof(ulong))];
    }

    private void Mac(ReadOnlySpan<byte> label, ulong epoch, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        Span<byte> bound = stackalloc byte[MaximumLabelBytes + sizeof(ulong)];
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, MacKey);
        hmac.AppendData(Bind(label, epoch, bound));
        hmac.AppendData(first);
        hmac.AppendData(second);
        hmac.GetHashAndReset(mac);
    }
}
