using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

// The part of a session's record that is the double ratchet's (libsignal, storage.proto, SessionStructure, fields 4 to 7).
internal sealed partial class DoubleRatchet
{
    /// <summary>Writes root key (4), previous counter (5), sender chain (6) and receiver chains (7).</summary>
    public void Write(ProtoWriter writer)
    {
        writer.Bytes(4, _root);
        writer.NonZero(5, PreviousCounter);
        writer.Message(6, _sender, static (chain, sender) =>
        {
            chain.Bytes(1, sender.RatchetKey.Public.Serialized);
            chain.Bytes(2, sender.RatchetKey.Private.Reveal());
            chain.Message(3, sender.Key, WriteChainKey);
        });
        foreach (var receiver in _receivers)
        {
            writer.Message(7, receiver, WriteReceiver);
        }
    }

    private static void WriteReceiver(ProtoWriter writer, ReceiverChain receiver)
    {
        writer.Bytes(1, receiver.RatchetKey.Serialized);
        writer.Message(3, receiver.Key, WriteChainKey);
        foreach (var skipped in receiver.Skipped.NewestFirst)
        {
            writer.Message(4, skipped, WriteSkipped);
        }
    }

    private static void WriteChainKey(ProtoWriter writer, ChainKey key)
    {
        writer.NonZero(1, key.Index);
        writer.Bytes(2, key.Reveal());
    }

    private static void WriteSkipped(ProtoWriter writer, SkippedKey key)
    {
        writer.NonZero(1, key.Index);
        if (key.IsSeed)
        {
            writer.Bytes(5, key.Material);
            return;
        }

        writer.Bytes(2, key.Material.AsSpan(0, 32));
        writer.Bytes(3, key.Material.AsSpan(32, 32));
        writer.Bytes(4, key.Material.AsSpan(64, 16));
    }

    /// <summary>Gathers the fields of a record, in whatever order they come.</summary>
    internal ref struct Reader
    {
        private readonly List<ReceiverChain> _receivers;
        private ReadOnlySpan<byte> _root;
        private ReadOnlySpan<byte> _sender;
        private uint _previousCounter;

        public Reader() => _receivers = [];

        /// <summary>Takes the value of a field from 4 to 7.</summary>
        /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
        public void Take(ref ProtoReader reader)
        {
            switch (reader.Field)
            {
                case 4:
                    _root = reader.Bytes();
                    break;
                case 5:
                    _previousCounter = reader.UInt32();
                    break;
                case 6:
                    _sender = reader.Bytes();
                    break;
                default:
                    var chain = ChainFields.Read(reader.Bytes());
                    var receiver = new ReceiverChain(PublicKey.Read(chain.Public), chain.Key());
                    receiver.Skipped.AddNewestFirst(chain.Skipped);
                    _receivers.Add(receiver);
                    break;
            }
        }

        /// <summary>The ratchet.</summary>
        /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
        public readonly DoubleRatchet Finish()
        {
            if (_root.Length != RootKey.Bytes || _sender.IsEmpty)
            {
                throw new ProtocolException(ProtocolError.Malformed, "A session must have a root key of 32 bytes and a sender chain.");
            }

            var chain = ChainFields.Read(_sender);
            var keys = new KeyPair(PublicKey.Read(chain.Public), new PrivateKey(chain.Private));
            var ratchet = new DoubleRatchet(_root, new SenderChain(keys, chain.Key())) { PreviousCounter = _previousCounter };
            ratchet._receivers.AddRange(_receivers);
            return ratchet;
        }
    }
}
