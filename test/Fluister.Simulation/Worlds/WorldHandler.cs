using System.Net;
using Fluister.Server.Requests;

namespace Fluister.Simulation.Worlds;

/// <summary>How one life of a server reaches another server: by its router, through the world's network.</summary>
internal sealed class WorldHandler(WorldNetwork network, ServerLife from, WorldServer to, Dice dice) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (there, back) = (network.Link(from.Server, to), network.Link(to, from.Server));
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        request.Content?.Headers.ContentLength = body.Length;
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        await GoAsync(there, cancellationToken).ConfigureAwait(false);
        var life = to.Life;
        if (life is null || life.IsOver)
        {
            throw new HttpRequestException("Nobody listens.");
        }

        var answer = await AskAsync(life, request, headers, body, cancellationToken).ConfigureAwait(false);
        if (dice.Chance(there.Twice))
        {
            await AskAsync(life, request, headers, body, cancellationToken).ConfigureAwait(false);
        }

        if (life.IsOver || from.IsOver)
        {
            throw new HttpRequestException("The connection has ended.");
        }

        await GoAsync(back, cancellationToken).ConfigureAwait(false);
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

    // Who gives up does not wait for what the other still does.
    private static Task<Response> AskAsync(
        ServerLife life, HttpRequestMessage request, Dictionary<string, string> headers, byte[] body, CancellationToken cancellation) =>
        life.Home.Router.AnswerAsync(
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
            CancellationToken.None).AsTask().WaitAsync(cancellation);

    private async Task GoAsync(LinkState link, CancellationToken cancellation)
    {
        await Task.Delay(dice.Delay(link.Latency), network.Clock, cancellation).ConfigureAwait(false);
        if (from.IsOver)
        {
            throw new HttpRequestException("The process has ended.");
        }

        if (link.IsCut || dice.Chance(link.Loss))
        {
            if (link.IsSilent)
            {
                await Task.Delay(WorldNetwork.Silence, network.Clock, cancellation).ConfigureAwait(false);
            }

            throw new HttpRequestException("The network is cut.");
        }
    }
}
