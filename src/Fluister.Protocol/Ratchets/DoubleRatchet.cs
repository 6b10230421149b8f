using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

/// <summary>The ratchet on Curve25519 (Signal, "The Double Ratchet Algorithm"): root key, one sender chain, the latest receiver
/// chains.</summary>
/// <remarks>Owns keys and their order. Leaves to the layer above: the post-quantum key that is mixed in, MAC, cipher and wire
/// form.</remarks>
internal sealed partial class DoubleRatchet : IDisposable
{
    private readonly byte[] _root = GC.AllocateUninitializedArray<byte>(RootKey.Bytes, pinned: true);

    // Oldest first, at most Limits.ReceiverChains.
    private readonly List<ReceiverChain> _receivers = [];
    private SenderChain _sender;

    private DoubleRatchet(ReadOnlySpan<byte> root, SenderChain sender)
    {
        root.CopyTo(_root);
        _sender = sender;
    }

    /// <summary>How many messages the sender chain before this one had, less one, as libsignal counts.</summary>
    public uint PreviousCounter { get; private set; }

    /// <summary>The public key that names our sender chain.</summary>
    public PublicKey SenderRatchetKey => _sender.RatchetKey.Public;

    /// <summary>Number of the next message that is sent.</summary>
    public uint SenderIndex => _sender.Key.Index;

    /// <summary>The side that began: it has the peer's signed pre-key for the peer's first ratchet key, and takes a step at once.</summary>
    public static DoubleRatchet BeginAsInitiator(ReadOnlySpan<byte> root, ReadOnlySpan<byte> chain, PublicKey theirs, RandomSource random)
    {
        Span<byte> derived = stackalloc byte[RootKey.Bytes + ChainKey.Bytes];
        var ours = KeyPair.Generate(random);
        RootKey.CreateChain(root, ours.Private, theirs, derived[..RootKey.Bytes], derived[RootKey.Bytes..]);
        var ratchet = new DoubleRatchet(derived[..RootKey.Bytes], new SenderChain(ours, new ChainKey(derived[RootKey.Bytes..], 0)));
        ratchet._receivers.Add(new ReceiverChain(theirs, new ChainKey(chain, 0)));
        CryptographicOperations.ZeroMemory(derived);
        return ratchet;
    }

    /// <summary>The other side: its signed pre-key is its first ratchet key.</summary>
    public static DoubleRatchet BeginAsRecipient(ReadOnlySpan<byte> root, ReadOnlySpan<byte> chain, KeyPair ours)
    {
        var copy = new KeyPair(ours.Public, new PrivateKey(ours.Private.Reveal()));
        return new DoubleRatchet(root, new SenderChain(copy, new ChainKey(chain, 0)));
    }

    /// <summary>The seed, 32 bytes, of the next message's keys. Nothing changes before <see cref="Advance"/>.</summary>
    public void SenderSeed(Span<byte> seed) => ChainKey.Seed(_sender.Key.Reveal(), seed);

    /// <summary>Goes to the message after.</summary>
    public void Advance()
    {
        Span<byte> next = stackalloc byte[ChainKey.Bytes];
        ChainKey.Next(_sender.Key.Reveal(), next);
        _sender.Key.Replace(next, checked(_sender.Key.Index + 1));
        CryptographicOperations.ZeroMemory(next);
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_root);
        _sender.Dispose();
        foreach (var chain in _receivers)
        {
            chain.Dispose();
        }
    }
}
