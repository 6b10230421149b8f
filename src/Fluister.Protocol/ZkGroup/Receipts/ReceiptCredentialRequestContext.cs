using Fluister.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>What a client keeps while it asks for a receipt: the serial that it chose, and the secrets of its request.</summary>
public sealed class ReceiptCredentialRequestContext
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 177;

    private readonly Scalar25519 _key;
    private readonly Scalar25519 _nonce;
    private readonly byte[] _serial;

    private ReceiptCredentialRequestContext(
        ReadOnlySpan<byte> serial, in Scalar25519 key, in Scalar25519 nonce, ReceiptCredentialRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(serial.Length, ReceiptCredentialPresentation.SerialBytes);
        (_serial, _key, _nonce, Request) = (serial.ToArray(), key, nonce, request);
    }

    /// <summary>What is sent.</summary>
    public ReceiptCredentialRequest Request { get; }

    /// <summary>A request for a serial of 16 random bytes.</summary>
    public static ReceiptCredentialRequestContext Create(ReadOnlySpan<byte> serial, RandomSource random)
    {
        using var sho = ServerSecretParams.Begin(
            "Signal_ZKGroup_20210919_Random_ServerPublicParams_CreateReceiptCredentialRequestContext"u8, random);
        var key = sho.SqueezeScalar();
        var publicKey = RistrettoPoint.MultiplyBase(key);
        var nonce = sho.SqueezeScalar();
        var request = new ReceiptCredentialRequest(
            publicKey, RistrettoPoint.MultiplyBase(nonce), (nonce * publicKey) + ReceiptAttributes.Serial(serial));
        return new ReceiptCredentialRequestContext(serial, key, nonce, request);
    }

    /// <summary>Reads 177 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ReceiptCredentialRequestContext Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var serial = reader.Take(ReceiptCredentialPresentation.SerialBytes);
        var (key, publicKey) = (reader.Scalar(), reader.Point());
        var context = new ReceiptCredentialRequestContext(
            serial, key, reader.Scalar(), new ReceiptCredentialRequest(publicKey, reader.Point(), reader.Point()));
        reader.End();
        return context;
    }

    /// <summary>Writes 177 bytes; the caller clears them.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes);
        writer.Raw(_serial);
        writer.Scalar(_key);
        writer.Point(Request.Key);
        writer.Scalar(_nonce);
        writer.Point(Request.D1);
        writer.Point(Request.D2);
        return writer.Done();
    }

    /// <summary>Takes the receipt out of a server's answer.</summary>
    /// <param name="server">The server that was asked.</param>
    /// <param name="response">Its answer.</param>
    /// <returns>The receipt; the caller looks whether its time and level are the usual ones, since others would mark it.</returns>
    /// <exception cref="ProtocolException">The server did not make it as it should, or it does not expire at midnight (a time of the
    /// day would mark it).</exception>
    public ReceiptCredential Receive(ServerPublicParams server, ReceiptCredentialResponse response)
    {
        const ulong Day = 86_400;
        return response.Expiration % Day == 0 && ReceiptIssuance.Verify(server.Receipt, Request, response)
            ? new ReceiptCredential(response.Blinded.Unblind(_key), response.Expiration, response.Level, _serial)
            : throw new ProtocolException(ProtocolError.BadProof, "A receipt that the server did not make as it should.");
    }
}
