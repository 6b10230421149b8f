namespace Fluister.Benchmarks.Server;

/// <summary>Two servers of XMPP of one kind, which reach each other by S2S with TLS: who sends is at the one, who reads at the other; or
/// both at the one, for what the way between adds.</summary>
internal sealed class XmppPairSubject(XmppSubject near, XmppSubject far, bool isLocal) : Subject
{
    /// <inheritdoc/>
    public override string? Missing => near.Missing;

    /// <inheritdoc/>
    protected override double Cpu => near.Used + far.Used;

    /// <inheritdoc/>
    protected override string LastLines => near.Said + far.Said;

    /// <inheritdoc/>
    protected override async Task LaunchAsync(int pairs)
    {
        await near.ServeAsync();
        await far.ServeAsync();
    }

    /// <inheritdoc/>
    protected override Task<Chat> PairAsync(int number) =>
        XmppChat.PairAsync(near.Address, $"sender{number}", (isLocal ? near : far).Address, $"reader{number}");

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override async ValueTask DisposeMoreAsync()
    {
        await near.DisposeAsync();
        await far.DisposeAsync();
    }
}
