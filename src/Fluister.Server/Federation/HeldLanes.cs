namespace Fluister.Server.Federation;

/// <summary>Accounts of a peer that are not sent to for now, because it limits what goes to them, or does not take it; what
/// waits for others goes on.</summary>
internal sealed class HeldLanes
{
    private readonly Dictionary<Guid, DateTimeOffset> _until = [];
    private long _first = long.MaxValue;

    /// <summary>When the first of them may be sent to again; never where there is none.</summary>
    public DateTimeOffset Next { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether there are as many as may be.</summary>
    public bool IsFull => _until.Count >= ServerLimits.HeldLanes;

    /// <summary>Whether nothing is sent to an account for now.</summary>
    public bool Contains(Guid account) => _until.ContainsKey(account);

    /// <summary>Nothing is sent to an account until then.</summary>
    /// <param name="account">The account.</param>
    /// <param name="number">The item that was held back.</param>
    /// <param name="until">When it may be sent again.</param>
    public void Add(Guid account, long number, DateTimeOffset until)
    {
        _until[account] = until;
        _first = Math.Min(_first, number);
        Next = until < Next ? until : Next;
    }

    /// <summary>Lets those go whose time has come.</summary>
    /// <returns>The first number that may be waiting for them; none where there are none.</returns>
    public long? Release(DateTimeOffset now)
    {
        if (Next > now)
        {
            return null;
        }

        foreach (var account in _until.Where(lane => lane.Value <= now).Select(lane => lane.Key).ToList())
        {
            _until.Remove(account);
        }

        var first = _first;
        Next = _until.Count == 0 ? DateTimeOffset.MaxValue : _until.Values.Min();
        _first = _until.Count == 0 ? long.MaxValue : _first;
        return first;
    }
}
