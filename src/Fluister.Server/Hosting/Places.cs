namespace Fluister.Server.Hosting;

/// <summary>So many places, or bytes, and for each origin so many of them.</summary>
internal sealed class Places(int most, int mostOfOrigin)
{
    private readonly Dictionary<ulong, int> _taken = [];
    private readonly Lock _lock = new();
    private int _all;

    /// <summary>How many are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>Takes one, or several; false where there are not that many left.</summary>
    public bool TryEnter(ulong origin, int places = 1)
    {
        lock (_lock)
        {
            var taken = _taken.GetValueOrDefault(origin);
            if (_all > most - places || taken > mostOfOrigin - places)
            {
                return false;
            }

            _taken[origin] = taken + places;
            _all += places;
            return true;
        }
    }

    /// <summary>Gives one, or several, back.</summary>
    public void Leave(ulong origin, int places = 1)
    {
        lock (_lock)
        {
            _all -= places;
            if ((_taken[origin] -= places) == 0)
            {
                _taken.Remove(origin);
            }
        }
    }
}
