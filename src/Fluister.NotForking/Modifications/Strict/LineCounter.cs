namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Tells the lines of ascending positions of a text.</summary>
internal sealed class LineCounter(string text)
{
    private int _at;
    private int _line = 1;

    /// <summary>The line, from 1, of a position that is not before the last one asked for.</summary>
    public int Of(int position)
    {
        _line += text.AsSpan(_at, position - _at).Count('\n');
        _at = position;
        return _line;
    }
}
