using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Fluister.Server.Grpc;
using Fluister.Wire.Protos.Rpc;
using Google.Protobuf;

namespace Fluister.ServerTests.Grpc;

/// <summary>Calls methods with .NET's own HTTP/2 and bytes that the test writes itself.</summary>
internal sealed class GrpcClient(HttpClient http)
{
    /// <summary>A frame with a message.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0, uint? length = null)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>Calls a method with a message.</summary>
    public Task<GrpcReply> CallAsync(string path, IMessage message, string? authorization = null) =>
        CallAsync(path, new ByteArrayContent(Frame(message.ToByteArray())), authorization);

    /// <summary>Calls a method with any bytes.</summary>
    public async Task<GrpcReply> CallAsync(string path, HttpContent content, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.Contains("X-Signal-Timestamp"));
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        string? Trailer(string name) => response.TrailingHeaders.TryGetValues(name, out var values) ? values.Single() : null;
        var details = Trailer("grpc-status-details-bin") is { } text
            ? Status.Parser.ParseFrom(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')))
            : null;
        return new GrpcReply(
            (GrpcCode)int.Parse(Trailer("grpc-status")!, CultureInfo.InvariantCulture),
            body,
            Trailer("retry-after"),
            details?.Details[0].Unpack<ErrorInfo>().Reason);
    }
}
