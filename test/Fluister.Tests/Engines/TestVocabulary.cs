using Fluister.Engines.Gguf;

namespace Fluister.Tests.Engines;

/// <summary>The tokens of a test model: SentencePiece with every byte, every printable character of ASCII, every pair of small letters
/// (so that two letters are about one token), and the marks of a chat template.</summary>
internal sealed class TestVocabulary
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Byte = 6;

    /// <summary>Longer than what pairs can merge into, so that no prompt holds a token of a canned text.</summary>
    internal const int SafeLength = 5;

    private readonly List<(string Text, int Type)> _tokens = [("<unk>", Unknown), ("<s>", Control), ("</s>", Control)];
    private readonly HashSet<string> _taken;

    internal TestVocabulary(ChatTemplate template)
    {
        for (var i = 0; i < 256; i++)
        {
            _tokens.Add(($"<0x{i:X2}>", Byte));
        }

        _tokens.AddRange(Enumerable.Range('!', '~' - '!' + 1).Select(c => (((char)c).ToString(), Normal)));
        _tokens.Add(("▁", Normal));
        for (var first = 'a'; first <= 'z'; first++)
        {
            _tokens.Add(($"▁{first}", Normal));
            for (var second = 'a'; second <= 'z'; second++)
            {
                _tokens.Add(($"{first}{second}", Normal));
            }
        }

        _taken = [.. _tokens.Select(t => t.Text)];
        foreach (var mark in template.Special.Append(template.End))
        {
            if (_taken.Add(mark))
            {
                _tokens.Add((mark, Control));
            }
        }

        End = _tokens.FindIndex(t => t.Text == template.End);
    }

    /// <summary>The token that ends an answer.</summary>
    internal int End { get; }

    internal int Count => _tokens.Count;

    /// <summary>True for the marks that no text may become.</summary>
    internal bool IsSpecial(int token) => _tokens[token].Type is Unknown or Control;

    /// <summary>True for a text that is no token yet.</summary>
    internal bool IsFree(string text) => !_taken.Contains(Escaped(text));

    /// <summary>Adds a token that no prompt holds.</summary>
    internal int AddPiece(string text) => Add(Escaped(text), Normal);

    /// <summary>Adds a token that is found wherever a prompt has its letters.</summary>
    internal int AddMarker(string text) => Add(text, UserDefined);

    /// <summary>Adds tokens that never occur, as many as real models have.</summary>
    internal void Fill(int count)
    {
        while (Count < count)
        {
            _tokens.Add(($"<filling{Count}>", Normal));
        }
    }

    internal void AddTo(GgufWriter writer)
    {
        writer.Set("tokenizer.ggml.model", "llama");
        writer.Set("tokenizer.ggml.pre", "default");
        writer.Set("tokenizer.ggml.tokens", _tokens.Select(t => t.Text).ToArray());
        writer.Set("tokenizer.ggml.scores", _tokens.Select((t, i) => t.Type == Normal ? -i : 0f).ToArray());
        writer.Set("tokenizer.ggml.token_type", _tokens.Select(t => t.Type).ToArray());
        writer.Set("tokenizer.ggml.bos_token_id", 1u);
        writer.Set("tokenizer.ggml.eos_token_id", (uint)End);
        writer.Set("tokenizer.ggml.unknown_token_id", 0u);
        writer.Set("tokenizer.ggml.add_bos_token", true);
        writer.Set("tokenizer.ggml.add_space_prefix", false);
    }

    private static string Escaped(string text) => text.Replace(' ', '▁');

    private int Add(string text, int type)
    {
        if (!_taken.Add(text))
        {
            throw new ArgumentException($"\"{text}\" is a token already.", nameof(text));
        }

        _tokens.Add((text, type));
        return Count - 1;
    }
}
