using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Fluister.Server.Grpc;

/// <summary>gRPC's framing of a message: one byte that tells whether it is compressed, and four of length (its
/// PROTOCOL-HTTP2.md).</summary>
internal static class GrpcFrame
{
    /// <summary>Bytes before a message.</summary>
    public const int PrefixBytes = 5;

    /// <summary>Reads the one message of a call, up to the end of what the caller sends.</summary>
    /// <returns>The message, which lies in the reader's buffers until it is completed; or why there is none.</returns>
    public static async ValueTask<(ReadOnlySequence<byte> Message, GrpcAnswer? Refusal)> ReadAsync(
        PipeReader reader, int limit, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = read.Buffer;
            var (length, refusal) = Prefix(buffer, limit);
            refusal ??= buffer.Length > PrefixBytes + length ? GrpcAnswer.Unimplemented : null;
            if (refusal is not null || read.IsCompleted)
            {
                refusal ??= buffer.IsEmpty ? GrpcAnswer.Unimplemented : buffer.Length < PrefixBytes + length ? GrpcAnswer.Unreadable : null;
                return (refusal is null ? buffer.Slice(PrefixBytes) : default, refusal);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>A message with its prefix.</summary>
    public static byte[] Write(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    // The length that a prefix promises; of a prefix that has not come yet, 0.
    private static (long Length, GrpcAnswer? Refusal) Prefix(ReadOnlySequence<byte> buffer, int limit)
    {
        if (buffer.Length < PrefixBytes)
        {
            return (0, null);
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return prefix[0] switch
        {
            0 => (length, length > limit ? GrpcAnswer.TooLarge : null),
            1 => (length, GrpcAnswer.Unimplemented),
            _ => (length, GrpcAnswer.Unreadable),
        };
    }
}
