using Fluister.Client;
using Fluister.Client.Transport;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>Networks that go and come, lines that die without a word, and computers that sleep.</summary>
public sealed class LossTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private LinkScene _scene = null!;
    private Relay _relay = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _scene = await LinkScene.StartAsync();
        _relay = new Relay(_scene.Server.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task A_line_that_is_dead_without_a_word_is_noticed()
    {
        var (link, told) = await ConnectAsync();
        _relay.Hold();
        var began = _clock.GetUtcNow();
        await AdvanceUntilAsync(() => told.TryPeek(out _));
        Assert.Equal(ClientError.Unreachable, (await LinkScene.NextAsync(told)).Cause?.Error);

        // A silence of 30 seconds, and 30 more for the answer; the clock of the test runs on while the client gets to it.
        Assert.InRange(_clock.GetUtcNow() - began, ClientLimits.KeepAliveInterval + ClientLimits.KeepAliveTime, TimeSpan.FromMinutes(10));
        await AdvanceUntilAsync(() => told.TryPeek(out _));
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
    }

    [Fact]
    public async Task A_line_that_is_only_quiet_is_kept()
    {
        var (link, told) = await ConnectAsync();
        for (var i = 0; i < 20; i++)
        {
            _clock.Advance(ClientLimits.KeepAliveInterval / 2);
            Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
        }

        Assert.False(told.TryRead(out var change), $"{change}");
    }

    [Fact]
    public async Task When_the_network_is_another_the_line_is_looked_at_at_once()
    {
        var (link, told) = await ConnectAsync();
        _relay.Hold();
        var began = _clock.GetUtcNow();
        link.Nudge();
        while (!told.TryPeek(out _))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Cancellation);
        }

        Assert.Equal(ClientError.Unreachable, (await LinkScene.NextAsync(told)).Cause?.Error);
        Assert.InRange(_clock.GetUtcNow() - began, ClientLimits.ProbeTime, ClientLimits.KeepAliveInterval - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task When_the_network_is_back_it_does_not_wait_for_its_pause_to_end()
    {
        var (link, told) = await ConnectAsync();
        var port = _scene.Server.Port;
        await _scene.Server.StopAsync();
        Assert.False((await LinkScene.NextAsync(told)).IsConnected);
        await AdvanceUntilAsync(() => told.TryPeek(out _));
        Assert.False((await LinkScene.NextAsync(told)).IsConnected);
        await _scene.Server.ListenAsync(port);

        // The clock stands still, and with it the pause.
        ConnectionChanged? next = null;
        while (next is not { IsConnected: true })
        {
            link.Nudge();
            await Task.Delay(1, Cancellation);
            told.TryRead(out next);
        }
    }

    [Fact]
    public async Task After_the_computer_slept_it_looks_whether_the_line_is_still_there()
    {
        var noticed = 0;
        using var stop = new CancellationTokenSource();
        using var signals = new NetworkSignals(() => Interlocked.Increment(ref noticed), _clock);
        var running = signals.RunAsync(stop.Token);
        for (var i = 0; i < 3; i++)
        {
            await WaitForTimerAsync();
            _clock.Advance(ClientLimits.SleepLook);
        }

        await WaitForTimerAsync();
        Assert.Equal(0, noticed);
        _clock.Sleep(TimeSpan.FromHours(3));
        _clock.Advance(ClientLimits.SleepLook);
        await WaitForTimerAsync();
        Assert.Equal(1, noticed);
        await stop.CancelAsync();
        await running.WaitAsync(LinkScene.Patience, Cancellation);
    }

    [Fact]
    public async Task Acknowledgements_that_were_lost_with_the_line_cost_no_message()
    {
        await _scene.Sockets.SendAsync([1, 2, 3]);
        var (link, told) = await ConnectAsync();
        Assert.Equal(1, await LinkScene.TakeAsync(link));
        await _scene.Sockets.WaitForAsync(2);
        _relay.Hold();
        Assert.Equal(2, await LinkScene.TakeAsync(link));
        Assert.Equal(3, await LinkScene.TakeAsync(link));
        _relay.Cut();
        Assert.False((await LinkScene.NextAsync(told)).IsConnected);
        await AdvanceUntilAsync(() => told.TryPeek(out _));
        var again = new List<int>();
        while (again.Count < 2)
        {
            if (await LinkScene.NextAsync(link) is EnvelopeDelivery letter)
            {
                again.Add(BitConverter.ToInt32(letter.Envelope.Content.Span));
                letter.Acknowledge();
            }
        }

        Assert.Equal([2, 3], again);
        await _scene.Sockets.WaitForAsync(0);
    }

    private async Task<(HomeServerLink Link, System.Threading.Channels.ChannelReader<ConnectionChanged> Told)> ConnectAsync()
    {
        var link = _scene.Link(HomeServerDescriptor.Read(_scene.Server.Describe(_relay.Port), _scene.Server.Key), _clock);
        var told = LinkScene.Watch(link);
        link.Start(withMessages: true);
        Assert.True((await LinkScene.NextAsync(told)).IsConnected);

        // What it asks by itself after connecting is answered before anything is lost.
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive(isAnonymous: true))).Status);
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive())).Status);
        return (link, told);
    }

    private async Task AdvanceUntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancellation);
        }
    }

    private async Task WaitForTimerAsync()
    {
        while (_clock.Timers == 0)
        {
            await Task.Delay(1, Cancellation);
        }
    }
}
