using System.Net.NetworkInformation;

namespace Fluister.Client.Transport;

/// <summary>Notices that the network has changed, and that the computer has slept.</summary>
internal sealed class NetworkSignals : IDisposable
{
    private readonly Action _notice;
    private readonly TimeProvider _clock;

    /// <summary>Begins to listen to the operating system.</summary>
    /// <param name="notice">Is called then, on any thread.</param>
    /// <param name="clock">The time: its timestamps stand still while the computer sleeps, its clock does not.</param>
    public NetworkSignals(Action notice, TimeProvider clock)
    {
        (_notice, _clock) = (notice, clock);
        NetworkChange.NetworkAddressChanged += OnChanged;
        NetworkChange.NetworkAvailabilityChanged += OnAvailable;
    }

    /// <summary>Looks now and then whether the computer has slept.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (wall, steady) = (_clock.GetUtcNow(), _clock.GetTimestamp());
            await Task.Delay(ClientLimits.SleepLook, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_clock.GetUtcNow() - wall - _clock.GetElapsedTime(steady) > ClientLimits.SleepGap)
            {
                _notice();
            }
        }
    }

    /// <summary>Listens no more.</summary>
    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnChanged;
        NetworkChange.NetworkAvailabilityChanged -= OnAvailable;
    }

    private void OnChanged(object? sender, EventArgs arguments) => _notice();

    private void OnAvailable(object? sender, NetworkAvailabilityEventArgs arguments)
    {
        if (arguments.IsAvailable)
        {
            _notice();
        }
    }
}
