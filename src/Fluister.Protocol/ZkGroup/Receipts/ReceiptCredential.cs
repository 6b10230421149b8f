using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Credentials;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>A receipt as its holder keeps it.</summary>
public sealed class ReceiptCredential
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = 129;

    private readonly Credential _credential;
    private readonly byte[] _serial;

    internal ReceiptCredential(Credential credential, ulong expiration, ulong level, ReadOnlySpan<byte> serial) =>
        (_credential, Expiration, Level, _serial) = (credential, expiration, level, serial.ToArray());

    /// <summary>When it expires, in seconds since 1970.</summary>
    public ulong Expiration { get; }

    /// <summary>What it is good for.</summary>
    public ulong Level { get; }

    /// <summary>Reads 129 bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ReceiptCredential Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZkReader(bytes);
        var receipt = new ReceiptCredential(
            new Credential(reader.Scalar(), reader.Point(), reader.Point()),
            reader.Number(),
            reader.Number(),
            reader.Take(ReceiptCredentialPresentation.SerialBytes));
        reader.End();
        return receipt;
    }

    /// <summary>Writes 129 bytes; the caller clears them.</summary>
    public byte[] Write()
    {
        var writer = new ZkWriter(Bytes);
        writer.Scalar(_credential.T);
        writer.Point(_credential.U);
        writer.Point(_credential.V);
        writer.Number(Expiration);
        writer.Number(Level);
        writer.Raw(_serial);
        return writer.Done();
    }

    /// <summary>Shows the receipt to the server that issued it, which cannot tell to whom it did.</summary>
    public ReceiptCredentialPresentation Present(ServerPublicParams server, RandomSource random)
    {
        using var sho = ServerSecretParams.Begin(
            "Signal_ZKGroup_20210919_Random_ServerPublicParams_CreateReceiptCredentialPresentation"u8, random);
        var z = sho.SqueezeScalar();
        Span<byte> randomness = stackalloc byte[32];
        sho.SqueezeAndRatchet(randomness);
        var shown = ReceiptCommitments.Of(_credential, z);
        var proof = ReceiptPresentation.Prove(server.Receipt, _credential.T, z, shown, randomness);
        CryptographicOperations.ZeroMemory(randomness);
        return new ReceiptCredentialPresentation(shown, proof, Expiration, Level, _serial);
    }
}
