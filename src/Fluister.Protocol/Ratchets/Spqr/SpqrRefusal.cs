namespace Fluister.Protocol.Ratchets.Spqr;

/// <summary>Why the ratchet refuses, in sentences that hold nothing of what was refused.</summary>
internal static class SpqrRefusal
{
    public static ProtocolException Malformed(string part) =>
        new(ProtocolError.Malformed, $"The post-quantum ratchet's bytes hold {part} that cannot be.");

    public static ProtocolException Refused(string reason) =>
        new(ProtocolError.PostQuantumRatchet, $"The post-quantum ratchet refused the message: {reason}.");
}
