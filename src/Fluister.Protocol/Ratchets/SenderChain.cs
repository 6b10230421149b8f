using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

/// <summary>The chain that we send with, and the ratchet key that names it.</summary>
internal sealed record SenderChain(KeyPair RatchetKey, ChainKey Key) : IDisposable
{
    public void Dispose()
    {
        RatchetKey.Dispose();
        Key.Dispose();
    }
}
