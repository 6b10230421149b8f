
namespace Fluister.Client.Sending;

/// <summary>Whether this account has other devices, which are told what this one does.</summary>
internal sealed class OwnDevices(ClientContext context)
{
    // Until when it is believed that there are none, in ticks of UTC; 0 where it is not known.
    private long _soleUntil;

    /// <summary>Something was linked, removed, or heard of: what was believed is not any more.</summary>
    public void Changed() => Interlocked.Exchange(ref _soleUntil, 0);

    /// <summary>The other devices, as the server lists them.</summary>
    /// <exception cref="ClientException">The server did not answer.</exception>
    public async Task<IReadOnlyList<int>> OthersAsync(CancellationToken cancel)
    {
        var now = context.Clock.GetUtcNow().UtcTicks;
        var until = Interlocked.Read(ref _soleUntil);
        if (until > now && until - now <= ClientLimits.SoleDeviceBelieved.Ticks)
        {
            return [];
        }

        var listed = await context.Api.DevicesAsync(cancel).ConfigureAwait(false);
        int[] others = [.. listed.Select(device => device.Id).Where(id => id != context.Self.Device)];
        if (others.Length == 0)
        {
            Interlocked.CompareExchange(ref _soleUntil, now + ClientLimits.SoleDeviceBelieved.Ticks, until);
        }

        return others;
    }
}
