using Fluister.Engines.Gguf;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion.Tokenizers;

/// <summary>What a token is; the numbers are GGUF's and SentencePiece's.</summary>
internal enum TokenType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>The tokens of a model by their number, filled up to the size that its tensors have.</summary>
internal sealed class TokenList
{
    private const int Maximum = 1 << 22;
    private const float Unlikely = -10000;

    private readonly string?[] _texts;
    private readonly float[] _scores;
    private readonly int[] _types;

    public TokenList(int count)
    {
        Require(count is > 0 and <= Maximum, "its vocabulary is empty or too large");
        (_texts, _scores, _types) = (new string?[count], new float[count], new int[count]);
    }

    /// <summary>How many there are.</summary>
    public int Count => _texts.Length;

    /// <summary>Sets a token, or replaces it.</summary>
    public void Set(int id, string text, TokenType type, float score = 0)
    {
        Require(id >= 0 && id < _texts.Length, $"its tokenizer has a token {id}, and its tensors have room for {_texts.Length}");
        (_texts[id], _types[id], _scores[id]) = (text, (int)type, score);
    }

    /// <summary>Sets a token that was added to the trained ones.</summary>
    public void SetAdded(int id, string text, bool isSpecial, float score = 0)
    {
        // llama.cpp looks for these in text as it is, where SentencePiece has "▁" for a space.
        var isControl = isSpecial || LooksSpecial(text);
        Set(id, isControl ? text : text.Replace('▁', ' '), isControl ? TokenType.Control : TokenType.UserDefined, score);
    }

    /// <summary>The number of a token; null where there is none.</summary>
    public int? Find(string text) => Array.IndexOf(_texts, text) is >= 0 and var id ? id : null;

    /// <summary>Writes all of them.</summary>
    public void AddTo(GgufWriter writer, bool withScores)
    {
        var texts = new string[_texts.Length];
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < texts.Length; i++)
        {
            if (_texts[i] is null)
            {
                (_texts[i], _types[i], _scores[i]) = ($"[PAD{i}]", (int)TokenType.Unused, Unlikely);
            }

            texts[i] = _texts[i]!;
            Require(texts[i].Length > 0 && known.Add(texts[i]), $"its tokenizer has an empty token or one twice, at {i}");
        }

        writer.Set("tokenizer.ggml.tokens", texts);
        if (withScores)
        {
            writer.Set("tokenizer.ggml.scores", _scores);
        }

        writer.Set("tokenizer.ggml.token_type", _types);
    }

    /// <summary>Some makers did not mark these as special, and they are.</summary>
    private static bool LooksSpecial(string text) => text is "<pad>" or "<mask>"
        || (text.StartsWith("<|", StringComparison.Ordinal) && text.EndsWith("|>", StringComparison.Ordinal))
        || (text.StartsWith("<｜", StringComparison.Ordinal) && text.EndsWith("｜>", StringComparison.Ordinal));
}
