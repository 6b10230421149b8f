using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.PreKeys;

/// <summary>The record of signed pre-keys of both kinds (libsignal, storage.proto, SignedPreKeyRecordStructure).</summary>
internal readonly ref struct SignedPreKeyStructure
{
    // The latest time that a DateTimeOffset can hold.
    private const ulong LatestMilliseconds = 253_402_300_799_999;

    public uint Id { get; init; }

    public ReadOnlySpan<byte> PublicKey { get; init; }

    public ReadOnlySpan<byte> PrivateKey { get; init; }

    public ReadOnlySpan<byte> Signature { get; init; }

    public DateTimeOffset Created { get; init; }

    public static SignedPreKeyStructure Read(ReadOnlySpan<byte> record)
    {
        uint id = 0;
        ReadOnlySpan<byte> publicKey = default, privateKey = default, signature = default;
        ulong milliseconds = 0;
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.UInt32();
                    break;
                case 2:
                    publicKey = reader.Bytes();
                    break;
                case 3:
                    privateKey = reader.Bytes();
                    break;
                case 4:
                    signature = reader.Bytes();
                    break;
                case 5:
                    milliseconds = reader.Fixed64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (milliseconds > LatestMilliseconds)
        {
            throw new ProtocolException(ProtocolError.Malformed, "The time of a signed pre-key lies beyond the calendar.");
        }

        return new SignedPreKeyStructure
        {
            Id = id,
            PublicKey = publicKey,
            PrivateKey = privateKey,
            Signature = signature,
            Created = DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds),
        };
    }

    public byte[] Write()
    {
        using var writer = new ProtoWriter(PublicKey.Length + PrivateKey.Length + Signature.Length + 32);
        writer.NonZero(1, Id);
        writer.NonEmpty(2, PublicKey);
        writer.NonEmpty(3, PrivateKey);
        writer.NonEmpty(4, Signature);
        var milliseconds = Created.ToUnixTimeMilliseconds();
        if (milliseconds > 0)
        {
            writer.Fixed64(5, (ulong)milliseconds);
        }

        return writer.ToArray();
    }
}
