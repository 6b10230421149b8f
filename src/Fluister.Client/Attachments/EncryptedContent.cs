using System.Buffers;
using System.Net;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>The body of an upload: encrypts a file while it is sent, from a place in the encrypted bytes on.</summary>
/// <remarks>What lies before that place is encrypted too, and not sent: digest and MACs are of the whole.</remarks>
/// <param name="state">How it is encrypted.</param>
/// <param name="open">Opens the plain file at its beginning.</param>
/// <param name="offset">Where the encrypted bytes that are sent begin.</param>
/// <param name="sent">Is told how many encrypted bytes are sent so far.</param>
internal sealed class EncryptedContent(UploadState state, Func<Stream> open, long offset, Action<long> sent) : HttpContent
{
    /// <summary>What is said of all that was sent; null before its end.</summary>
    public AttachmentSeal? Seal { get; private set; }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var plain = open();
        await using var closing = plain.ConfigureAwait(false);
        using var encryptor = state.Encrypt();
        var (output, buffer) = (new ArrayBufferWriter<byte>(2 * ClientLimits.TransferPiece), new byte[ClientLimits.TransferPiece]);
        var (written, taken) = (0L, 0L);
        AttachmentSeal? seal = null;
        while (seal is null)
        {
            var count = await plain.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            taken += count;
            if (taken > state.Size || (count == 0 && taken != state.Size))
            {
                throw new ClientException(ClientError.Store, "A file of the account does not have the size that the store knows.");
            }

            if (count > 0)
            {
                encryptor.Append(buffer.AsSpan(0, count), output);
            }
            else
            {
                seal = encryptor.Finish(output);
            }

            var skip = (int)Math.Clamp(offset - written, 0, output.WrittenCount);
            written += output.WrittenCount;
            if (skip < output.WrittenCount)
            {
                await stream.WriteAsync(output.WrittenMemory[skip..], cancellationToken).ConfigureAwait(false);
                sent(written);
            }

            output.ResetWrittenCount();
        }

        // The padding of a large file is much at once, and all of it is written by now.
        Seal = seal;
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = state.EncryptedSize - offset;
        return true;
    }
}
