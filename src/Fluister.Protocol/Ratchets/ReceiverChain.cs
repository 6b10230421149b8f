using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

/// <summary>A chain that the peer sends with, by the peer's ratchet key, and the keys of its messages that have not come yet.</summary>
internal sealed record ReceiverChain(PublicKey RatchetKey, ChainKey Key) : IDisposable
{
    public SkippedKeys Skipped { get; } = new();

    public void Dispose()
    {
        Key.Dispose();
        Skipped.Dispose();
    }
}
