using Fluister.Server.Grpc;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Rpc;

namespace Fluister.ServerTests.Grpc;

/// <summary>What a room refuses is said in gRPC's terms, with the words that clients know.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(400, GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED")]
    [InlineData(413, GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED")]
    [InlineData(422, GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED")]
    [InlineData(401, GrpcCode.Unauthenticated, "INVALID_CREDENTIALS")]
    [InlineData(403, GrpcCode.PermissionDenied, null)]
    [InlineData(404, GrpcCode.NotFound, null)]
    [InlineData(409, GrpcCode.FailedPrecondition, null)]
    [InlineData(429, GrpcCode.ResourceExhausted, "RESOURCE_EXHAUSTED")]
    [InlineData(501, GrpcCode.Unimplemented, null)]
    [InlineData(503, GrpcCode.Unavailable, "UNAVAILABLE")]
    [InlineData(500, GrpcCode.Unknown, null)]
    [InlineData(418, GrpcCode.Unknown, null)]
    internal void Each_status_has_its_code_and_its_word(int status, GrpcCode code, string? reason)
    {
        var answer = GrpcAnswer.Of(new Response(status));
        Assert.Equal((code, reason), (answer.Code, answer.Reason));
        var trailers = answer.Trailers.ToDictionary();
        Assert.Equal($"{(int)code}", trailers["grpc-status"]);
        Assert.Equal(code.ToString(), trailers["grpc-message"]);
        Assert.Equal(reason is not null, trailers.ContainsKey("grpc-status-details-bin"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public void When_to_try_again_is_said_as_a_header_and_in_the_details(int status)
    {
        var trailers = GrpcAnswer.Of(new Response(status) { Headers = [new("Retry-After", "77")] }).Trailers.ToDictionary();
        Assert.Equal("77", trailers["retry-after"]);
        var text = trailers["grpc-status-details-bin"];
        var details = Status.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
        Assert.Equal(int.Parse(trailers["grpc-status"], System.Globalization.CultureInfo.InvariantCulture), details.Code);
        Assert.Equal("grpc.chat.signal.org", details.Details[0].Unpack<ErrorInfo>().Domain);
        Assert.Equal(TimeSpan.FromSeconds(77), details.Details[1].Unpack<RetryInfo>().RetryDelay.ToTimeSpan());
    }

    [Fact]
    public void What_went_well_has_no_message_and_no_details() =>
        Assert.Equal([new KeyValuePair<string, string>("grpc-status", "0")], new GrpcAnswer(GrpcCode.Ok).Trailers);
}
