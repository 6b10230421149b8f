using System.Net;
using Fluister.Server.Hosting;

namespace Fluister.Server.Blobs;

/// <summary>What a peer says that it will send of a blob.</summary>
/// <param name="Status">200, 206, 404 or 416.</param>
/// <param name="First">The first byte that comes.</param>
/// <param name="Length">How many bytes come.</param>
/// <param name="Whole">How many bytes the blob has.</param>
internal readonly record struct BlobHead(HttpStatusCode Status, long First, long Length, long Whole)
{
    /// <summary>Reads it; none where it is not an answer to what was asked, or of more than may be.</summary>
    /// <param name="answer">The peer's answer.</param>
    /// <param name="asked">The range that was asked for; none for all.</param>
    /// <param name="most">Most bytes that the blob may have.</param>
    public static BlobHead? Read(HttpResponseMessage answer, ByteRange? asked, long most)
    {
        var (length, range) = (answer.Content.Headers.ContentLength, answer.Content.Headers.ContentRange);
        var whole = range is { Unit: "bytes", Length: { } all } && all <= most ? range.Length : null;
        return (answer.StatusCode, asked, whole) switch
        {
            (HttpStatusCode.NotFound, _, _) => new BlobHead(HttpStatusCode.NotFound, 0, 0, 0),
            (HttpStatusCode.OK, null, _) when length >= 0 && length <= most =>
                new BlobHead(HttpStatusCode.OK, 0, length.Value, length.Value),
            (HttpStatusCode.RequestedRangeNotSatisfiable, { } not, { } short_) when not.Within(short_) is null =>
                new BlobHead(HttpStatusCode.RequestedRangeNotSatisfiable, 0, 0, short_),
            (HttpStatusCode.PartialContent, { } part, { } total)
                when part.Within(total) is var (first, last) && (range!.From, range.To) == (first, last) && length == last - first + 1 =>
                new BlobHead(HttpStatusCode.PartialContent, first, length.Value, total),
            _ => null,
        };
    }
}
