using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets;

// The record of one chain, of either side (libsignal, storage.proto, SessionStructure.Chain).
internal sealed partial class DoubleRatchet
{
    // Public ratchet key 1, private 2, chain key 3, keys of skipped messages 4.
    private readonly ref struct ChainFields
    {
        public ReadOnlySpan<byte> Public { get; private init; }

        public ReadOnlySpan<byte> Private { get; private init; }

        public List<SkippedKey> Skipped { get; private init; }

        private ReadOnlySpan<byte> ChainKey { get; init; }

        public static ChainFields Read(ReadOnlySpan<byte> chain)
        {
            ReadOnlySpan<byte> publicKey = default, privateKey = default, chainKey = default;
            List<SkippedKey> skipped = [];
            var reader = new ProtoReader(chain);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1:
                        publicKey = reader.Bytes();
                        break;
                    case 2:
                        privateKey = reader.Bytes();
                        break;
                    case 3:
                        chainKey = reader.Bytes();
                        break;
                    case 4:
                        skipped.Add(ReadSkipped(reader.Bytes()));
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            return new ChainFields { Public = publicKey, Private = privateKey, ChainKey = chainKey, Skipped = skipped };
        }

        public ChainKey Key()
        {
            ReadOnlySpan<byte> key = default;
            var index = 0u;
            var reader = new ProtoReader(ChainKey);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1:
                        index = reader.UInt32();
                        break;
                    case 2:
                        key = reader.Bytes();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            return new ChainKey(key, index);
        }

        private static SkippedKey ReadSkipped(ReadOnlySpan<byte> message)
        {
            var index = 0u;
            ReadOnlySpan<byte> cipher = default, mac = default, iv = default, seed = default;
            var reader = new ProtoReader(message);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1:
                        index = reader.UInt32();
                        break;
                    case 2:
                        cipher = reader.Bytes();
                        break;
                    case 3:
                        mac = reader.Bytes();
                        break;
                    case 4:
                        iv = reader.Bytes();
                        break;
                    case 5:
                        seed = reader.Bytes();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            if (seed.Length == SkippedKey.SeedBytes)
            {
                return new SkippedKey(index, seed.ToArray());
            }

            return seed.IsEmpty && cipher.Length == 32 && mac.Length == 32 && iv.Length == 16
                ? new SkippedKey(index, [.. cipher, .. mac, .. iv])
                : throw new ProtocolException(ProtocolError.Malformed, "A skipped message's key is of the wrong length.");
        }
    }
}
