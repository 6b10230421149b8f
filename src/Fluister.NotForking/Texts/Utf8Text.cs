namespace Fluister.NotForking.Texts;

/// <summary>A UTF-8 file whose bytes were read as Latin-1, as Unicode, and where its characters' bytes are.</summary>
internal sealed class Utf8Text
{
    private readonly int[]? _offsets;
    private readonly int _mark;

    /// <summary>Takes the bytes.</summary>
    /// <exception cref="NotForkException">They are not UTF-8 (configuration, as in all names and values).</exception>
    public Utf8Text(string latin1, Place file)
    {
        _mark = latin1.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? 3 : 0;
        Text = PerlText.Decode(latin1[_mark..], file);
        if (Text.Length + _mark == latin1.Length)
        {
            return;
        }

        _offsets = new int[Text.Length + 1];
        for (int i = 0, at = 0; i < Text.Length; i++)
        {
            _offsets[i] = at;
            // The four bytes of a surrogate pair count at its first half.
            at += char.IsLowSurrogate(Text[i]) ? 0 : char.IsHighSurrogate(Text[i]) ? 4 : Text[i] < 0x80 ? 1 : Text[i] < 0x800 ? 2 : 3;
            _offsets[i + 1] = at;
        }
    }

    /// <summary>The Unicode text, without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>The byte of a character, or of the end.</summary>
    public int Byte(int index) => _mark + (_offsets is null ? index : _offsets[index]);
}
