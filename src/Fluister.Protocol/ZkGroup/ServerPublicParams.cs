using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup;

/// <summary>A server's public keys for anonymous credentials, as zkgroup has them (api/server_params.rs): what a client needs to ask
/// for credentials and to show them.</summary>
public sealed class ServerPublicParams
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 673;

    private readonly CredentialPublicKey _auth;
    private readonly CredentialPublicKey _profileKey;
    private readonly CredentialPublicKey _pni;
    private readonly CredentialPublicKey _expiringProfileKey;
    private readonly CredentialPublicKey _authWithPni;
    private readonly GenericPublicKey _generic;
    private readonly RistrettoPoint _endorsements;

    internal ServerPublicParams(
        CredentialPublicKey auth,
        CredentialPublicKey profileKey,
        in RistrettoPoint notary,
        CredentialPublicKey receipt,
        CredentialPublicKey pni,
        CredentialPublicKey expiringProfileKey,
        CredentialPublicKey authWithPni,
        GenericPublicKey generic,
        in RistrettoPoint endorsements)
    {
        (_auth, _profileKey, Notary, Receipt, _pni) = (auth, profileKey, notary, receipt, pni);
        (_expiringProfileKey, _authWithPni, _generic, _endorsements) = (expiringProfileKey, authWithPni, generic, endorsements);
    }

    /// <summary>Checks the notary's signatures.</summary>
    internal RistrettoPoint Notary { get; }

    /// <summary>For receipts.</summary>
    internal CredentialPublicKey Receipt { get; }

    /// <summary>Reads 673 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ServerPublicParams Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var read = new ServerPublicParams(
            CredentialPublicKey.Read(ref reader),
            CredentialPublicKey.Read(ref reader),
            reader.Point(),
            CredentialPublicKey.Read(ref reader),
            CredentialPublicKey.Read(ref reader),
            CredentialPublicKey.Read(ref reader),
            CredentialPublicKey.Read(ref reader),
            GenericPublicKey.Read(ref reader),
            reader.Point());
        reader.End();
        return read;
    }

    /// <summary>Writes 673 bytes.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes);
        _auth.Write(ref writer);
        _profileKey.Write(ref writer);
        writer.Point(Notary);
        Receipt.Write(ref writer);
        _pni.Write(ref writer);
        _expiringProfileKey.Write(ref writer);
        _authWithPni.Write(ref writer);
        _generic.Write(ref writer);
        writer.Point(_endorsements);
        return writer.Done();
    }

    /// <summary>Whether the server's notary signed a message; false for anything else, whatever the bytes are.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => ProofSignature.Verify(Notary, message, signature);
}
