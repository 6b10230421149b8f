using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>The lines of a patch as its reader goes through them.</summary>
internal sealed class PatchLines(ReadOnlyMemory<byte> patch, Place first)
{
    private readonly TextLines _lines = new(patch);

    /// <summary>The index of the line that is read next.</summary>
    public int At { get; set; }

    /// <summary>Whether carriage returns before line ends are taken off.</summary>
    public bool StripsReturns { get; set; }

    /// <summary>Whether there are no more lines.</summary>
    public bool IsAtEnd => At >= _lines.Count;

    /// <summary>Where the next line stands.</summary>
    public Place Place => first with { Line = first.Line + At };

    /// <summary>The next line without its end.</summary>
    public string Text => IsAtEnd ? "" : Encoding.Latin1.GetString(Current.Span.TrimEnd((byte)'\n'));

    /// <summary>The next line's bytes.</summary>
    public ReadOnlyMemory<byte> Current
    {
        get
        {
            var line = _lines.Keep(At);
            return StripsReturns && line.Span.EndsWith("\r\n"u8) ? (byte[])[.. line.Span[..^2], (byte)'\n'] : line;
        }
    }

    /// <summary>Whether the next line ends with a carriage return and a line feed.</summary>
    public bool HasReturn => !IsAtEnd && _lines[At].EndsWith("\r\n"u8);
}
