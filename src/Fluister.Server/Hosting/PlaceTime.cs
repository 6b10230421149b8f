using Microsoft.AspNetCore.Http;

namespace Fluister.Server.Hosting;

/// <summary>Bounds how long one who takes bytes slowly has a place that others wait for.</summary>
internal static class PlaceTime
{
    /// <summary>Ends a request that takes longer than its bytes may, unless what is given back was disposed of before.</summary>
    /// <param name="context">The request.</param>
    /// <param name="length">Bytes of the answer.</param>
    /// <param name="rate">Least bytes a second.</param>
    /// <param name="time">The clock.</param>
    public static ITimer Limit(HttpContext context, long length, int rate, TimeProvider time) => time.CreateTimer(
        _ => context.Abort(), null, ServerLimits.BlobPause + TimeSpan.FromSeconds((double)length / rate), Timeout.InfiniteTimeSpan);
}
