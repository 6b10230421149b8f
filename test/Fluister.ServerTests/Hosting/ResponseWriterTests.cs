using Fluister.Server.Hosting;
using Fluister.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace Fluister.ServerTests.Hosting;

/// <summary>An answer that takes the place of one that had begun.</summary>
public sealed class ResponseWriterTests
{
    [Fact]
    public async Task What_was_said_of_other_bytes_is_not_said_of_these()
    {
        var context = new DefaultHttpContext();
        BytesAnswer.Describe(context, 5, 9, 100, isPart: true);
        context.Response.Headers["X-Signal-Timestamp"] = "7";
        await ResponseWriter.WriteAsync(context, Response.Unavailable(TimeSpan.FromSeconds(3)));
        Assert.Equal((503, null), (context.Response.StatusCode, context.Response.ContentLength));
        Assert.Equal("", context.Response.Headers.ContentRange.ToString());
        Assert.Equal("", context.Response.Headers.AcceptRanges.ToString());
        Assert.Equal("3", context.Response.Headers.RetryAfter.ToString());
        Assert.Equal("7", context.Response.Headers["X-Signal-Timestamp"].ToString());
    }
}
