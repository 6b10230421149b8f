using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Braid;
using Fluister.Protocol.Ratchets.Spqr.Chains;

namespace Fluister.Protocol.Ratchets.Spqr;

/// <summary>All that the ratchet knows (PqRatchetState of a session record). Never changed; a step gives another.</summary>
/// <param name="Opening">What the session began with, until the peer's first message: libsignal's "version negotiation".</param>
/// <param name="Chain">The message keys; none before the first message.</param>
/// <param name="Braid">Where the key agreement stands.</param>
internal sealed record SpqrState(SpqrOpening? Opening, SpqrChain? Chain, BraidState Braid)
{
    private const uint OpeningField = 1;
    private const uint ChainField = 2;
    private const uint BraidField = 3;

    /// <summary>The chain, begun where it was not.</summary>
    public SpqrChain BegunChain => Chain ?? Opening!.Begin();

    public static SpqrState Read(ReadOnlySpan<byte> bytes)
    {
        SpqrOpening? opening = null;
        SpqrChain? chain = null;
        BraidState? braid = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case OpeningField:
                    opening = SpqrOpening.Read(reader.Bytes());
                    break;
                case ChainField:
                    chain = SpqrChain.Read(reader.Bytes());
                    break;
                case BraidField:
                    braid = BraidState.Read(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var state = braid is null ? null : new SpqrState(opening, chain, braid);
        return state is not null && state.IsConsistent ? state : throw SpqrRefusal.Malformed("parts that contradict each other");
    }

    public void Write(ProtoWriter writer)
    {
        if (Opening is not null)
        {
            writer.Message(OpeningField, Opening, static (inner, value) => value.Write(inner));
        }

        if (Chain is not null)
        {
            writer.Message(ChainField, Chain, static (inner, value) => value.Write(inner));
        }

        writer.Message(BraidField, Braid, static (inner, value) => value.Write(inner));
    }

    /// <summary>Clears the keys that another state, before or after it, does not hold; all of them where there is none.</summary>
    public void ClearAllBut(SpqrState? other)
    {
        Braid.ClearAllBut(other?.Braid);
        Chain?.ClearAllBut(other?.Chain);
        if (!ReferenceEquals(Opening, other?.Opening))
        {
            Opening?.Clear();
        }
    }

    // The braid works at epoch n, sends with the keys of n - 1, and the chain has the secret of n as soon as this party does.
    private bool IsConsistent =>
        Braid.Epoch is > 0 and < ulong.MaxValue &&
        (Chain is not null
            ? Chain.Epoch == (Braid.HasSecret ? Braid.Epoch : Braid.Epoch - 1) && Chain.CanSend(Braid.Epoch - 1)
            : Opening is not null && Braid is { Epoch: 1, HasSecret: false });
}
