namespace Fluister.Server.Federation;

/// <summary>The body of a peer's answer, of which no more is read than may come.</summary>
internal static class PeerAnswer
{
    private const int First = 4096;

    /// <summary>Reads it all.</summary>
    /// <exception cref="InvalidDataException">It is larger, or compressed.</exception>
    public static async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancellation)
    {
        if (content.Headers.ContentEncoding.Count > 0 || content.Headers.ContentLength > most)
        {
            throw new InvalidDataException("The answer is compressed, or too large.");
        }

        await using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var (bytes, length) = (new byte[(int)(content.Headers.ContentLength ?? First) + 1], 0);
        while (await stream.ReadAsync(bytes.AsMemory(length), cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length > most)
            {
                throw new InvalidDataException("The answer is too large.");
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(2 * bytes.Length, most + 1));
            }
        }

        return bytes[..length];
    }
}
