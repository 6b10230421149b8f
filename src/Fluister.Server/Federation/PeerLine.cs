namespace Fluister.Server.Federation;

/// <summary>The way to a peer, as its descriptor says: one connection for questions and one for long answers, so that these do not hold
/// those up.</summary>
internal sealed class PeerLine(Peer peer, Func<Peer, HttpMessageHandler> connect) : IDisposable
{
    private readonly Lazy<HttpMessageInvoker> _questions = new(() => new HttpMessageInvoker(connect(peer)));
    private readonly Lazy<HttpMessageInvoker> _blobs = new(() => new HttpMessageInvoker(connect(peer)));

    /// <summary>Which descriptor says so.</summary>
    public long Sequence => peer.Said.Sequence;

    /// <summary>The line before, for what is under way on it.</summary>
    public PeerLine? Before { get; set; }

    /// <summary>For questions.</summary>
    public HttpMessageInvoker Questions => _questions.Value;

    /// <summary>For long answers.</summary>
    public HttpMessageInvoker Blobs => _blobs.Value;

    /// <summary>Ends its connections.</summary>
    public void Dispose()
    {
        foreach (var used in new[] { _questions, _blobs }.Where(line => line.IsValueCreated))
        {
            used.Value.Dispose();
        }

        Before?.Dispose();
    }
}
