using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

// Receiving: a step is worked out beside the state and takes effect only when the message was found authentic.
internal sealed partial class DoubleRatchet
{
    /// <summary>Works out the step to a message of the peer. Nothing changes before the step is committed.</summary>
    /// <param name="theirs">The peer's ratchet key, from the message.</param>
    /// <param name="counter">The message's number in its chain.</param>
    /// <param name="farthest">How far ahead of the chain the message may be.</param>
    /// <exception cref="ProtocolException">A duplicate, too far ahead, or a bad ratchet key.</exception>
    public Step Receive(PublicKey theirs, uint counter, uint farthest)
    {
        var known = _receivers.Find(chain => chain.RatchetKey.Equals(theirs));
        if (known is not null)
        {
            return new Step(this, known, counter, farthest);
        }

        // The first half of the ratchet's step. The second, with a fresh key of ours, waits for the commit.
        Span<byte> derived = stackalloc byte[RootKey.Bytes + ChainKey.Bytes];
        RootKey.CreateChain(_root, _sender.RatchetKey.Private, theirs, derived[..RootKey.Bytes], derived[RootKey.Bytes..]);
        var chain = new ReceiverChain(theirs, new ChainKey(derived[RootKey.Bytes..], 0));
        try
        {
            return new Step(this, chain, counter, farthest, derived[..RootKey.Bytes]);
        }
        catch (ProtocolException)
        {
            chain.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>A step to one message.</summary>
    internal sealed class Step : IDisposable
    {
        private readonly DoubleRatchet _ratchet;
        private readonly ReceiverChain _chain;
        private readonly byte[]? _root;
        private readonly bool _isLate;
        private readonly List<SkippedKey> _skipped = [];
        private readonly byte[] _next = new byte[ChainKey.Bytes];

        internal Step(DoubleRatchet ratchet, ReceiverChain chain, uint counter, uint farthest, ReadOnlySpan<byte> root = default)
        {
            (_ratchet, _chain, _root) = (ratchet, chain, root.IsEmpty ? null : root.ToArray());
            var index = chain.Key.Index;
            _isLate = counter < index;
            Key = _isLate ? Late(counter) : Ahead(counter, index, farthest);
        }

        /// <summary>What the message's keys come from.</summary>
        public SkippedKey Key { get; }

        /// <summary>Takes the step. Where it throws, for want of random bytes, nothing has changed.</summary>
        public void Commit(RandomSource random)
        {
            if (_root is not null)
            {
                TakeRatchetStep(random);
            }

            if (_isLate)
            {
                _chain.Skipped.Remove(Key.Index);
            }
            else
            {
                _chain.Skipped.Add(_skipped);
                _chain.Key.Replace(_next, Key.Index + 1);
                _skipped.Clear();
            }
        }

        /// <summary>Clears what was worked out; after a commit only what the ratchet does not keep.</summary>
        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(_next);
            CryptographicOperations.ZeroMemory(_root);
            foreach (var key in _skipped)
            {
                CryptographicOperations.ZeroMemory(key.Material);
            }

            if (!_isLate)
            {
                CryptographicOperations.ZeroMemory(Key.Material);
            }

            if (_root is not null && !_ratchet._receivers.Contains(_chain))
            {
                _chain.Dispose();
            }
        }

        private SkippedKey Late(uint counter) => _chain.Skipped.Find(counter)
            ?? throw new ProtocolException(ProtocolError.Duplicate, "The message was decrypted before, or its key was dropped.");

        private SkippedKey Ahead(uint counter, uint index, uint farthest)
        {
            // The last number of all has no next.
            if (counter - index > farthest || counter == uint.MaxValue)
            {
                throw new ProtocolException(ProtocolError.TooFarAhead, "The message is too far ahead of its chain.");
            }

            _chain.Key.Reveal().CopyTo(_next);
            for (; index < counter; index++)
            {
                // Only keys that will not be dropped again at once.
                if (counter - index <= Limits.MessageKeys)
                {
                    _skipped.Add(SeedOf(index));
                }

                ChainKey.Next(_next, _next);
            }

            var key = SeedOf(counter);
            ChainKey.Next(_next, _next);
            return key;
        }

        private SkippedKey SeedOf(uint index)
        {
            var seed = new byte[SkippedKey.SeedBytes];
            ChainKey.Seed(_next, seed);
            return new SkippedKey(index, seed);
        }

        // The second half: a fresh ratchet key of ours, its chain, and the new receiver chain in its place.
        private void TakeRatchetStep(RandomSource random)
        {
            Span<byte> chain = stackalloc byte[ChainKey.Bytes];
            var ours = KeyPair.Generate(random);
            RootKey.CreateChain(_root, ours.Private, _chain.RatchetKey, _ratchet._root, chain);
            using (var before = _ratchet._sender)
            {
                _ratchet.PreviousCounter = before.Key.Index == 0 ? 0 : before.Key.Index - 1;
            }

            _ratchet._sender = new SenderChain(ours, new ChainKey(chain, 0));
            CryptographicOperations.ZeroMemory(chain);
            _ratchet._receivers.Add(_chain);
            if (_ratchet._receivers.Count > Limits.ReceiverChains)
            {
                _ratchet._receivers[0].Dispose();
                _ratchet._receivers.RemoveAt(0);
            }
        }
    }
}
