namespace Fluister.NotForking.Texts;

/// <summary>A text as lines of bytes; each has its line end, but for a last one that ends without.</summary>
internal sealed class TextLines
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly List<int> _starts = [0];

    /// <summary>Finds the lines.</summary>
    public TextLines(ReadOnlyMemory<byte> text)
    {
        _text = text;
        var span = text.Span;
        for (var at = 0; at < span.Length;)
        {
            var end = span[at..].IndexOf((byte)'\n');
            at = end < 0 ? span.Length : at + end + 1;
            _starts.Add(at);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The line at an index from 0.</summary>
    public ReadOnlySpan<byte> this[int index] => _text.Span[_starts[index].._starts[index + 1]];

    /// <summary>The line at an index from 0, to keep.</summary>
    public ReadOnlyMemory<byte> Keep(int index) => _text[_starts[index].._starts[index + 1]];

    /// <summary>Some lines in a row, to keep.</summary>
    public ReadOnlyMemory<byte> Keep(int from, int to) => _text[_starts[from].._starts[to]];

    /// <summary>Some lines in a row.</summary>
    public ReadOnlySpan<byte> Range(int from, int to) => _text.Span[_starts[from].._starts[to]];
}
