using Fluister.Cryptography.Kem;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>The states in the session record (V1State): one field for each state, in it the keys and the coding beside them.</summary>
internal abstract partial class BraidState
{
    private const uint KeysField = 1;
    private const uint EpochField = 1;
    private const uint AuthenticatorField = 2;

    /// <summary>Field number of the state in the record.</summary>
    protected abstract uint Field { get; }

    /// <summary>Reads a state.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static BraidState Read(ReadOnlySpan<byte> bytes)
    {
        BraidState? state = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field is 0 or > 11)
            {
                reader.Skip();
            }
            else if (state is null)
            {
                state = Read(reader.Field, new BraidRecord(reader.Bytes()));
            }
            else
            {
                throw SpqrRefusal.Malformed("two states at once");
            }
        }

        return state ?? throw SpqrRefusal.Malformed("no state");
    }

    /// <summary>Writes what <see cref="Read(ReadOnlySpan{byte})"/> reads.</summary>
    public void Write(ProtoWriter writer) => writer.Message(Field, this, static (outer, state) =>
    {
        outer.Message(KeysField, state, static (inner, self) =>
        {
            inner.NonZero(EpochField, self.Epoch);
            inner.Message(AuthenticatorField, self.Authenticator, static (innermost, value) => value.Write(innermost));
            self.WriteKeys(inner);
        });
        state.WriteChunks(outer);
    });

    protected static void Write(ProtoWriter writer, uint field, ChunkEncoder encoder) =>
        writer.Message(field, encoder, static (inner, value) => value.Write(inner));

    protected static void Write(ProtoWriter writer, uint field, ChunkDecoder decoder) =>
        writer.Message(field, decoder, static (inner, value) => value.Write(inner));

    /// <summary>Writes what stands behind epoch and authenticator.</summary>
    protected virtual void WriteKeys(ProtoWriter writer)
    {
    }

    /// <summary>Writes encoders and decoders.</summary>
    protected virtual void WriteChunks(ProtoWriter writer)
    {
    }

    private static BraidState Read(uint field, BraidRecord record)
    {
        const int headerBytes = IncrementalMlKem768.HeaderBytes;
        const int vectorBytes = IncrementalMlKem768.VectorBytes;
        const int privateBytes = IncrementalMlKem768.PrivateKeyBytes;
        const int ciphertextBytes = IncrementalMlKem768.Ciphertext1Bytes;
        const int restBytes = IncrementalMlKem768.StateBytes;
        var (epoch, authenticator) = (record.Epoch, record.Authenticator);
        return field switch
        {
            1 => new KeysUnsampled(epoch, authenticator),
            2 => new KeysSampled(
                epoch, authenticator, record.Key(3, vectorBytes), record.Key(4, privateBytes), record.Encoder(HeaderChunks)),
            3 => new HeaderSent(
                epoch, authenticator, record.Key(3, privateBytes), record.Encoder(VectorChunks), record.Decoder(3, Ciphertext1Chunks)),
            4 => new Ciphertext1Received(
                epoch, authenticator, record.Key(3, privateBytes), record.Key(4, ciphertextBytes), record.Encoder(VectorChunks)),
            5 => new VectorSentCiphertext1Received(
                epoch, authenticator, record.Key(3, privateBytes), record.Key(4, ciphertextBytes), record.Decoder(3, Ciphertext2Chunks)),
            6 => new NoHeaderReceived(epoch, authenticator, record.Decoder(2, HeaderChunks)),
            7 => new HeaderReceived(epoch, authenticator, record.Key(3, headerBytes), record.Decoder(2, VectorChunks)),
            8 => new Ciphertext1Sampled(
                epoch,
                authenticator,
                record.Key(3, headerBytes),
                new(record.Key(4, restBytes), record.Key(5, ciphertextBytes)),
                record.Encoder(Ciphertext1Chunks),
                record.Decoder(3, VectorChunks)),
            9 => new VectorReceivedCiphertext1Sampled(
                epoch,
                authenticator,
                new(record.Key(3, restBytes), record.Key(5, ciphertextBytes)),
                record.Key(4, vectorBytes),
                record.Encoder(Ciphertext1Chunks)),
            10 => new Ciphertext1Acknowledged(
                epoch,
                authenticator,
                record.Key(3, headerBytes),
                new(record.Key(4, restBytes), record.Key(5, ciphertextBytes)),
                record.Decoder(2, VectorChunks)),
            _ => new Ciphertext2Sampled(epoch, authenticator, record.Encoder(Ciphertext2Chunks)),
        };
    }

    /// <summary>One state's fields, found and not yet judged.</summary>
    private readonly ref struct BraidRecord
    {
        private readonly ReadOnlySpan<byte> _key3;
        private readonly ReadOnlySpan<byte> _key4;
        private readonly ReadOnlySpan<byte> _key5;
        private readonly ReadOnlySpan<byte> _chunks2;
        private readonly ReadOnlySpan<byte> _chunks3;

        public BraidRecord(ReadOnlySpan<byte> bytes)
        {
            ReadOnlySpan<byte> keys = default;
            var outer = new ProtoReader(bytes);
            while (outer.Next())
            {
                switch (outer.Field)
                {
                    case KeysField:
                        keys = outer.Bytes();
                        break;
                    case 2:
                        _chunks2 = outer.Bytes();
                        break;
                    case 3:
                        _chunks3 = outer.Bytes();
                        break;
                    default:
                        outer.Skip();
                        break;
                }
            }

            BraidAuthenticator? authenticator = null;
            var inner = new ProtoReader(keys);
            while (inner.Next())
            {
                switch (inner.Field)
                {
                    case EpochField:
                        Epoch = inner.UInt64();
                        break;
                    case AuthenticatorField:
                        authenticator = BraidAuthenticator.Read(inner.Bytes());
                        break;
                    case 3:
                        _key3 = inner.Bytes();
                        break;
                    case 4:
                        _key4 = inner.Bytes();
                        break;
                    case 5:
                        _key5 = inner.Bytes();
                        break;
                    default:
                        inner.Skip();
                        break;
                }
            }

            Authenticator = authenticator ?? throw SpqrRefusal.Malformed("no authenticator");
        }

        public ulong Epoch { get; }

        public BraidAuthenticator Authenticator { get; }

        public byte[] Key(uint field, int length)
        {
            var key = field switch { 3 => _key3, 4 => _key4, _ => _key5 };
            return key.Length == length ? key.ToArray() : throw SpqrRefusal.Malformed("a key of the wrong length");
        }

        public ChunkEncoder Encoder(int chunks) => ChunkEncoder.Read(_chunks2, chunks);

        public ChunkDecoder Decoder(uint field, int chunks) => ChunkDecoder.Read(field == 2 ? _chunks2 : _chunks3, chunks);
    }
}
