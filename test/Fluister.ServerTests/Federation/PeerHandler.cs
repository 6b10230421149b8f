using System.Net;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Federation;

/// <summary>Reaches a server in the same process, without a network: its router answers. It may be cut off.</summary>
internal sealed class PeerHandler(Func<TestServer> server, Func<bool> isCut) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (isCut())
        {
            throw new HttpRequestException("The network is cut.");
        }

        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (request.Content is not null)
        {
            request.Content.Headers.ContentLength = body.Length;
        }

        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var answer = await server().Home.Router.AnswerAsync(
            new Request
            {
                Verb = request.Method.Method,
                Path = request.RequestUri!.AbsolutePath,
                Headers = headers,
                ReadBody = (asked, limit, _) =>
                {
                    asked.Body = body;
                    return ValueTask.FromResult(body.Length > limit ? new Response(413) : null);
                },
            },
            cancellationToken);
        if (isCut())
        {
            throw new HttpRequestException("The network was cut before the answer came.");
        }

        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body.ToArray()) };
        if (answer.ContentType is { } type)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in answer.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
