using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>A field of a message: a number in <paramref name="Value"/>, or what is not one in <paramref name="Bytes"/>.</summary>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);

/// <summary>Protocol Buffers' wire format, as far as a list of fields goes (protobuf.dev, "Encoding").</summary>
internal static class Protobuf
{
    /// <summary>The fields of a message, in order.</summary>
    /// <exception cref="InvalidDataException">These bytes are no message.</exception>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var number = (int)(tag >> 3);
            Require(number > 0 && tag >> 32 == 0, Broken);
            switch (tag & 7)
            {
                case 0:
                    yield return new ProtobufField(number, Varint(ref message), default);
                    break;
                case 1:
                    yield return new ProtobufField(number, 0, Take(ref message, sizeof(ulong)));
                    break;
                case 2:
                    yield return new ProtobufField(number, 0, Take(ref message, Varint(ref message)));
                    break;
                case 5:
                    yield return new ProtobufField(number, 0, Take(ref message, sizeof(uint)));
                    break;
                default:
                    throw new InvalidDataException(Broken);
            }
        }
    }

    private const string Broken = SentencePieces.FileName + " is no model of SentencePiece";

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        const int MaximumBytes = 10;
        ulong value = 0;
        var bytes = message.Span;
        for (var i = 0; i < Math.Min(MaximumBytes, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException(Broken);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> message, ulong length)
    {
        Require(length <= (ulong)message.Length, Broken);
        var taken = message[..(int)length];
        message = message[(int)length..];
        return taken;
    }
}
