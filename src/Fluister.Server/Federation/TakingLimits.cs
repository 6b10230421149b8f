namespace Fluister.Server.Federation;

/// <summary>What the limits say of a transaction's items: asked once for each, however often it is tried; the writer's thread alone has
/// it.</summary>
internal sealed class TakingLimits(Func<IncomingItem, TimeSpan?> wait, int items)
{
    private readonly TimeSpan?[] _waits = new TimeSpan?[items];
    private readonly bool[] _isCounted = new bool[items];
    private readonly Dictionary<Guid, (int Place, TimeSpan Wait)> _held = [];

    /// <summary>How long an item has to wait: because it is too much, or behind one for its account that is; none where it has not.
    /// </summary>
    public TimeSpan? Wait(int place, IncomingItem item)
    {
        if (_held.TryGetValue(item.Account, out var held) && held.Place <= place)
        {
            return held.Wait;
        }

        if (!_isCounted[place] && item.IsLimited)
        {
            _isCounted[place] = true;
            _waits[place] = wait(item);
        }

        if (_waits[place] is { } limited)
        {
            _held[item.Account] = (place, limited);
        }

        return _waits[place];
    }
}
