namespace Fluister.ServerTests.Federation;

/// <summary>Stands between a server and its peer: counts what is asked, and does with it what a test wants.</summary>
internal sealed class InBetween(ServerPair pair, HttpMessageHandler peer) : DelegatingHandler(peer)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var name = request.RequestUri!.AbsolutePath.Split('/')[^1];
        using var asking = pair.Enter();
        pair.Asked.Enqueue(name);
        return pair.Meddle is { } meddle
            ? await meddle(name, request, () => base.SendAsync(request, cancellationToken))
            : await base.SendAsync(request, cancellationToken);
    }
}
