using System.Security.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;

namespace Fluister.Protocol.Ratchets.Spqr;

/// <summary>What a session's ratchet begins with (VersionNegotiation of the session record).</summary>
/// <param name="Initiator">Whether this side made the handshake's first message.</param>
/// <param name="Secret">The 32 bytes that the handshake gave.</param>
/// <param name="Version">The lowest version allowed. Below 1 nothing is spoken whatever a record states; it is written as it was.</param>
/// <param name="Limits">The bounds of its chains.</param>
internal sealed record SpqrOpening(bool Initiator, byte[] Secret, ulong Version, ChainLimits Limits)
{
    private const uint SecretField = 1;
    private const uint DirectionField = 2;
    private const uint VersionField = 3;
    private const uint LimitsField = 4;

    public SpqrChain Begin() => SpqrChain.Begin(Initiator, Secret, Limits);

    public static SpqrOpening Read(ReadOnlySpan<byte> bytes)
    {
        ulong direction = 0, version = 0;
        ReadOnlySpan<byte> secret = default;
        ChainLimits? limits = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case SecretField:
                    secret = reader.Bytes();
                    break;
                case DirectionField:
                    direction = reader.UInt64();
                    break;
                case VersionField:
                    version = reader.UInt64();
                    break;
                case LimitsField:
                    limits = ChainLimits.Read(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return limits is { } bounds && secret.Length == SpqrChain.KeyBytes && direction <= 1 && version <= 1
            ? new(direction == 0, secret.ToArray(), version, bounds)
            : throw SpqrRefusal.Malformed("a beginning");
    }

    public void Write(ProtoWriter writer)
    {
        writer.Bytes(SecretField, Secret);
        writer.NonZero(DirectionField, Initiator ? 0UL : 1);
        writer.NonZero(VersionField, Version);
        writer.Message(LimitsField, Limits, static (inner, value) => value.Write(inner));
    }

    public void Clear() => CryptographicOperations.ZeroMemory(Secret);
}
