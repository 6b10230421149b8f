using Fluister.Archive.Sealed;

namespace Fluister.Archive.Search;

/// <summary>The terms of a segment while it is collected, each with the rows in which it occurs.</summary>
/// <remarks>Rows stand in one array, each with the place of the row before it that has the same term. Cleared and used again
/// for the next segment, so that building leaves little for the garbage collector.</remarks>
internal sealed class TermTable
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _sorted = [];
    private readonly ByteList _bytes = new();
    private int[] _lastOf = new int[1024];
    private (int Row, int Previous)[] _postings = new (int, int)[4096];
    private int[] _chain = new int[1024];

    /// <summary>Different terms.</summary>
    public int Terms => _places.Count;

    /// <summary>Pairs of a term and a row.</summary>
    public int Postings { get; private set; }

    /// <summary>Adds a row, no smaller than any before it.</summary>
    public void Add(ReadOnlySpan<char> term, int row)
    {
        var lookup = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        var previous = -1;
        if (!lookup.TryGetValue(term, out var place))
        {
            place = _places.Count;
            lookup[term] = place;
            Grow(ref _lastOf, place);
        }
        else if (_postings[previous = _lastOf[place]].Row == row)
        {
            return;
        }

        Grow(ref _postings, Postings);
        _postings[Postings] = (row, previous);
        _lastOf[place] = Postings++;
    }

    public void Clear()
    {
        _places.Clear();
        Postings = 0;
    }

    /// <summary>The terms by their UTF-16 units, each with its rows as distances, each a varint; valid until the next.</summary>
    public IEnumerable<(string Term, ByteList Rows)> Sorted()
    {
        _sorted.Clear();
        _sorted.AddRange(_places.Keys);
        _sorted.Sort(StringComparer.Ordinal);
        foreach (var term in _sorted)
        {
            var count = 0;
            for (var at = _lastOf[_places[term]]; at >= 0; at = _postings[at].Previous)
            {
                Grow(ref _chain, count);
                _chain[count++] = _postings[at].Row;
            }

            _bytes.Clear();
            for (var last = -1; count > 0; last = _chain[count])
            {
                _bytes.Number((ulong)(_chain[--count] - last - 1));
            }

            yield return (term, _bytes);
        }

        _sorted.Clear();
    }

    private static void Grow<T>(ref T[] array, int place)
    {
        if (place == array.Length)
        {
            Array.Resize(ref array, array.Length * 2);
        }
    }
}
