using System.Text;

namespace Fluister.Archive.Search;

/// <summary>Cuts text into what the search compares: words, folded; and single ideographs and symbols.</summary>
/// <remarks>A word is a run of letters and digits. One that is longer than <see cref="MaximumLength"/> units when folded goes
/// on as the next token, in a query as in a message, so that memory is bounded and nothing is lost.</remarks>
internal ref struct Tokenizer(ReadOnlySpan<char> text)
{
    /// <summary>Units of a folded token, at most.</summary>
    public const int MaximumLength = 64;

    private readonly ReadOnlySpan<char> _text = text;
    private Buffer _buffer;
    private int _length;
    private int _next;

    /// <summary>Where the token starts in the text, in UTF-16 units.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>True for a single ideograph.</summary>
    public bool IsIdeograph { get; private set; }

    /// <summary>The token, folded; valid until the next move.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<char> Token => ((ReadOnlySpan<char>)_buffer)[.._length];

    /// <summary>Goes to the next token.</summary>
    public bool MoveNext()
    {
        _length = 0;
        IsIdeograph = false;
        Span<char> buffer = _buffer;
        while (_next < _text.Length)
        {
            var unit = _text[_next];
            if (char.IsAscii(unit))
            {
                if (char.IsAsciiLetterOrDigit(unit))
                {
                    if (_length == 0)
                    {
                        Start = _next;
                    }
                    else if (_length + Folding.Longest > MaximumLength)
                    {
                        return true;
                    }

                    buffer[_length++] = (char)(unit is >= 'A' and <= 'Z' ? unit | 0x20 : unit);
                    End = ++_next;
                    continue;
                }

                if (_length > 0)
                {
                    return true;
                }

                _next++;
                continue;
            }

            Rune.DecodeFromUtf16(_text[_next..], out var rune, out var consumed);
            switch (Folding.KindOf(rune))
            {
                case CharacterKind.Word:
                    if (_length == 0)
                    {
                        Start = _next;
                    }
                    else if (_length + Folding.Longest > MaximumLength)
                    {
                        return true;
                    }

                    _length += Folding.Fold(rune, buffer[_length..]);
                    End = _next += consumed;
                    break;
                case CharacterKind.Mark:
                    _next += consumed;
                    End = _length > 0 ? _next : End;
                    break;
                case CharacterKind.Ideograph or CharacterKind.Symbol when _length > 0:
                    return true;
                case CharacterKind.Ideograph:
                    IsIdeograph = true;
                    return Single(rune, consumed);
                case CharacterKind.Symbol:
                    return Single(rune, consumed);
                default:
                    if (_length > 0)
                    {
                        return true;
                    }

                    _next += consumed;
                    break;
            }
        }

        return _length > 0;
    }

    private bool Single(Rune rune, int consumed)
    {
        Start = _next;
        _length = Folding.Fold(rune, _buffer);
        End = _next += consumed;
        return true;
    }

    [System.Runtime.CompilerServices.InlineArray(MaximumLength)]
    private struct Buffer
    {
        private char _first;
    }
}
