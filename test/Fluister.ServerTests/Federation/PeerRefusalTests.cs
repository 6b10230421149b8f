using System.Net;
using Fluister.Server.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>What is made of a peer's refusal.</summary>
public sealed class PeerRefusalTests
{
    [Theory]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("7", 7)]
    [InlineData("Wed, 21 Oct 2015 07:28:00 GMT", null)]
    public async Task A_time_to_wait_that_is_none_is_not_kept_to(string said, int? seconds)
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        answer.Headers.TryAddWithoutValidation("Retry-After", said);
        var read = await PeerRefusal.ReadAsync("a.example", answer, TestContext.Current.CancellationToken);
        Assert.Equal(seconds, (int?)read.RetryAfter?.TotalSeconds);
    }
}
