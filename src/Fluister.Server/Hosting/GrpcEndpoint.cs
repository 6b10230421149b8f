using Fluister.Server.Grpc;
using Microsoft.AspNetCore.Http;

namespace Fluister.Server.Hosting;

/// <summary>Where gRPC meets HTTP/2: a call's message out of a request, its answer into a response and its trailers.</summary>
internal sealed class GrpcEndpoint(HomeServer server)
{
    private const string ContentType = "application/grpc";

    /// <summary>Whether a request is a call; over HTTP/1.1 there are none.</summary>
    public static bool IsCall(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType is { } type
            && (type is ContentType or ContentType + "+proto" || type.StartsWith(ContentType + ";", StringComparison.Ordinal));

    /// <summary>Answers a call.</summary>
    public async Task ServeAsync(HttpContext context, ulong origin)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        context.Response.ContentType = ContentType;
        var answer = await AnswerAsync(context, origin).ConfigureAwait(false);
        if (answer.Message is { } message)
        {
            await context.Response.BodyWriter.WriteAsync(GrpcFrame.Write(message), context.RequestAborted).ConfigureAwait(false);
        }

        foreach (var (name, value) in answer.Trailers)
        {
            context.Response.AppendTrailer(name, value);
        }
    }

    private async ValueTask<GrpcAnswer> AnswerAsync(HttpContext context, ulong origin)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        var call = new GrpcCall
        {
            Path = context.Request.Path.Value ?? "",
            Caller = authorization.Length > 0 ? server.Authenticator.Find(authorization) : null,
            HasCredentials = authorization.Length > 0,
            Origin = origin,
            Afterwards = work => context.Response.OnCompleted(async () =>
            {
                // The client reads its answer before it sees the socket beside it close.
                await Task.Delay(ServerLimits.Farewell).ConfigureAwait(false);
                await work().ConfigureAwait(false);
            }),
        };

        // Before the message: who may not call does not make the server hold one.
        if (server.Calls.Refusal(call) is { } refusal)
        {
            return refusal;
        }

        try
        {
            var (message, unread) = await GrpcFrame.ReadAsync(
                context.Request.BodyReader, ServerLimits.GrpcMessage, context.RequestAborted).ConfigureAwait(false);
            return unread ?? await server.Calls.AnswerAsync(call, message, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException)
        {
            return GrpcAnswer.TooLarge;
        }
    }
}
