using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>The keys of both directions in one epoch.</summary>
internal sealed record ChainEpoch(ChainKeys Send, ChainKeys Receive)
{
    private const uint SendField = 1;
    private const uint ReceiveField = 2;

    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ChainEpoch Read(ReadOnlySpan<byte> bytes, ChainLimits limits)
    {
        ChainKeys? send = null, receive = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case SendField:
                    send = ChainKeys.Read(reader.Bytes(), limits);
                    break;
                case ReceiveField:
                    receive = ChainKeys.Read(reader.Bytes(), limits);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return send is not null && receive is { Ended: false } ? new(send, receive) : throw SpqrRefusal.Malformed("an epoch");
    }

    public void Write(ProtoWriter writer)
    {
        writer.Message(SendField, Send, static (inner, keys) => keys.Write(inner));
        writer.Message(ReceiveField, Receive, static (inner, keys) => keys.Write(inner));
    }
}
