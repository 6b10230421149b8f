namespace Fluister.Server.Federation;

/// <summary>Accounts of a peer that are not sent to for now, because it limits what goes to them, or does not take it; what
/// waits for others goes on.</summary>
internal sealed class HeldLanes
{
    private readonly Dictionary<Guid, (DateTimeOffset Until, long First)> _lanes = [];

    /// <summary>When the first of them may be sent to again; never where there is none.</summary>
    public DateTimeOffset Next { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether there are as many as may be.</summary>
    public bool IsFull => _lanes.Count >= ServerLimits.HeldLanes;

    /// <summary>Whether nothing is sent to an account for now.</summary>
    public bool Contains(Guid account) => _lanes.ContainsKey(account);

    /// <summary>Nothing is sent to an account until then.</summary>
    /// <param name="account">The account.</param>
    /// <param name="number">The item that was held back.</param>
    /// <param name="until">When it may be sent again.</param>
    public void Add(Guid account, long number, DateTimeOffset until)
    {
        var isHeld = _lanes.TryGetValue(account, out var lane);
        _lanes[account] = (until, isHeld ? Math.Min(lane.First, number) : number);
        Next = isHeld ? _lanes.Values.Min(held => held.Until) : until < Next ? until : Next;
    }

    /// <summary>Lets those go whose time has come.</summary>
    /// <returns>The first number that may be waiting for those: what waits for the others is not read once more. None where nobody is let
    /// go.</returns>
    public long? Release(DateTimeOffset now)
    {
        if (Next > now)
        {
            return null;
        }

        var first = long.MaxValue;
        foreach (var (account, lane) in _lanes.Where(lane => lane.Value.Until <= now).ToList())
        {
            _lanes.Remove(account);
            first = Math.Min(first, lane.First);
        }

        Next = _lanes.Count == 0 ? DateTimeOffset.MaxValue : _lanes.Values.Min(lane => lane.Until);
        return first;
    }
}
