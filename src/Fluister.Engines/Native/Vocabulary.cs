using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Engines.Native;

/// <summary>A model's tokens, and the way from text to them that no text can abuse.</summary>
/// <remarks>Switching special tokens off in llama.cpp is not enough: tokens that a model calls user-defined are found all the same, and
/// merging may build the text of any token. So the text of every mark is cut in its middle before it is tokenised, and what is a mark all
/// the same is left out.</remarks>
internal sealed unsafe class Vocabulary
{
    private const int LongestPiece = 1 << 16;

    private readonly nint _vocabulary;
    private readonly HashSet<int> _marks = [];
    private readonly SearchValues<string> _markTexts;

    public Vocabulary(nint vocabulary)
    {
        _vocabulary = vocabulary;
        Size = Llama.VocabularySize(vocabulary);
        var banned = new List<int>();
        var texts = new List<string>();
        for (var token = 0; token < Size; token++)
        {
            var kind = Llama.Attributes(vocabulary, token);
            var isEnd = Llama.IsEnd(vocabulary, token);
            var isSpecial = isEnd || Has(kind, Llama.TokenAttributes.Control | Llama.TokenAttributes.Unknown);
            HasEnd |= isEnd;
            if (!isEnd && (isSpecial || Has(kind, Llama.TokenAttributes.Unused)))
            {
                banned.Add(token);
            }

            if (isSpecial || Has(kind, Llama.TokenAttributes.UserDefined))
            {
                var text = Marshal.PtrToStringUTF8((nint)Llama.TokenText(vocabulary, token)) ?? "";
                if (isSpecial || LooksLikeMark(text))
                {
                    _marks.Add(token);
                    texts.Add(text);
                }
            }
        }

        Banned = [.. banned];
        _markTexts = SearchValues.Create([.. texts.Where(text => text.Length > 1)], StringComparison.Ordinal);
    }

    public nint Handle => _vocabulary;

    public int Size { get; }

    /// <summary>The model has a token that ends an answer.</summary>
    public bool HasEnd { get; }

    /// <summary>Tokens that no answer may hold: a form asked for would take their text for letters.</summary>
    public int[] Banned { get; }

    public bool IsEnd(int token) => Llama.IsEnd(_vocabulary, token);

    /// <summary>A token that stands for something else than its letters.</summary>
    public bool IsMark(int token) => _marks.Contains(token);

    /// <summary>The token of exactly this text, if it is a mark.</summary>
    public int? Mark(string text) => TokenizeMarks(text) is [var token] && IsMark(token) ? token : null;

    /// <summary>Text of the chat template: its marks become special tokens.</summary>
    public List<int> TokenizeMarks(string text)
    {
        var tokens = new List<int>();
        Tokenize(text, parseSpecial: true, tokens);
        return tokens;
    }

    /// <summary>Text of anybody: whatever it holds, no mark comes of it.</summary>
    public void TokenizeText(ReadOnlySpan<char> text, List<int> tokens)
    {
        var first = tokens.Count;
        while (text.IndexOfAny(_markTexts) is var at and >= 0)
        {
            var cut = at + (char.IsHighSurrogate(text[at]) ? 2 : 1);
            Tokenize(text[..cut], parseSpecial: false, tokens);
            text = text[cut..];
        }

        Tokenize(text, parseSpecial: false, tokens);
        for (var i = tokens.Count - 1; i >= first; i--)
        {
            if (IsMark(tokens[i]))
            {
                tokens.RemoveAt(i);
            }
        }
    }

    /// <summary>The bytes of a token; they need not be whole characters.</summary>
    public byte[] Piece(int token)
    {
        var buffer = new byte[256];
        while (true)
        {
            fixed (byte* at = buffer)
            {
                var length = Llama.Piece(_vocabulary, token, at, buffer.Length, 0, 0);
                if (length >= 0)
                {
                    return buffer[..length];
                }

                if (-length > LongestPiece)
                {
                    throw new EngineException(EngineError.BadModel, "The model has a token that is too long; use another model.");
                }

                buffer = new byte[-length];
            }
        }
    }

    private void Tokenize(ReadOnlySpan<char> text, bool parseSpecial, List<int> tokens)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var found = new int[bytes.Length + 16];
        while (true)
        {
            fixed (byte* at = bytes)
            fixed (int* to = found)
            {
                var count = Llama.Tokenize(_vocabulary, at, bytes.Length, to, found.Length, 0, parseSpecial ? (byte)1 : (byte)0);
                if (count >= 0)
                {
                    tokens.AddRange(found.AsSpan(0, count));
                    return;
                }

                if (count == int.MinValue || -count > (bytes.Length * 4L) + 1024)
                {
                    throw new EngineException(EngineError.BadModel, "The model makes more tokens of a text than it has letters.");
                }

                found = new int[-count];
            }
        }
    }

    private static bool Has(Llama.TokenAttributes kind, Llama.TokenAttributes any) => (kind & any) != Llama.TokenAttributes.None;

    /// <summary>&lt;|user|&gt;, [INST], &lt;start_of_turn&gt;; not the runs of spaces that some models have as tokens.</summary>
    private static bool LooksLikeMark(string text) => text.Trim() is ['<', .., '>'] or ['[', .., ']'];
}
