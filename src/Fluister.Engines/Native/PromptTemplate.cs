using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Engines.Native;

/// <summary>What a model expects around a question, cut into the marks before, between and behind the texts.</summary>
/// <remarks>The template is applied to random words in place of the texts and cut there. So the texts never pass through it, and only its
/// own pieces are read with special tokens.</remarks>
internal sealed unsafe class PromptTemplate
{
    private const int LongestTemplate = 1 << 16;
    private const string ChatMl = "chatml";

    private readonly Vocabulary _vocabulary;
    private readonly List<int>[] _marks;
    private readonly string? _joint;

    /// <param name="vocabulary">Of the model.</param>
    /// <param name="description">Which, in words.</param>
    /// <param name="marks">Before, between and behind both texts.</param>
    /// <param name="joint">What stands between the texts where the template knows none but the user; then <paramref name="marks"/> are
    /// only before and behind both.</param>
    private PromptTemplate(Vocabulary vocabulary, string description, List<int>[] marks, string? joint)
    {
        (_vocabulary, Description, _marks, _joint) = (vocabulary, description, marks, joint);
    }

    /// <summary>In words.</summary>
    public string Description { get; }

    /// <summary>The model's own, where llama.cpp knows it; else ChatML if the model knows its marks; else no marks at all.</summary>
    public static PromptTemplate Read(nint model, Vocabulary vocabulary)
    {
        var own = Llama.ModelTemplate(model, null);
        if (own is not null && TryTemplate(own, vocabulary, "the model's chat template") is { } known)
        {
            return known;
        }

        var why = own is null ? "the model has no template" : "the model's own template is not known to llama.cpp";
        if (vocabulary.Mark("<|im_start|>") is not null && vocabulary.Mark("<|im_end|>") is not null)
        {
            fixed (byte* name = Encoding.UTF8.GetBytes(ChatMl + '\0'))
            {
                if (TryTemplate(name, vocabulary, $"ChatML, for {why}") is { } chatMl)
                {
                    return chatMl;
                }
            }
        }

        return new PromptTemplate(vocabulary, $"plain text, for {why}", [[], vocabulary.TokenizeMarks("\n\n")], "\n\n");
    }

    /// <summary>The tokens of a prompt, marks and texts.</summary>
    public List<int> Wrap(string system, string user, int? first)
    {
        var tokens = new List<int>();
        if (first is { } token && (_marks[0].Count == 0 || _marks[0][0] != token))
        {
            tokens.Add(token);
        }

        tokens.AddRange(_marks[0]);
        if (_joint is not null)
        {
            _vocabulary.TokenizeText($"{system}{_joint}{user}", tokens);
        }
        else
        {
            _vocabulary.TokenizeText(system, tokens);
            tokens.AddRange(_marks[1]);
            _vocabulary.TokenizeText(user, tokens);
        }

        tokens.AddRange(_marks[^1]);
        return tokens;
    }

    private static PromptTemplate? TryTemplate(byte* template, Vocabulary vocabulary, string description)
    {
        var system = Placeholder();
        var user = Placeholder();
        if (Apply(template, ("system", system), ("user", user)) is { } both && Cut(both, system, user) is { } three)
        {
            return new PromptTemplate(vocabulary, description, Tokens(vocabulary, three), null);
        }

        return Apply(template, ("user", user)) is { } one && Cut(one, user) is { } two
            ? new PromptTemplate(vocabulary, $"{description}, without a system's part", Tokens(vocabulary, two), "\n\n")
            : null;
    }

    private static List<int>[] Tokens(Vocabulary vocabulary, string[] marks) => [.. marks.Select(vocabulary.TokenizeMarks)];

    /// <summary>The pieces around words that must all be there, once each and in order.</summary>
    private static string[]? Cut(string text, params ReadOnlySpan<string> words)
    {
        var pieces = new List<string>();
        foreach (var word in words)
        {
            var at = text.IndexOf(word, StringComparison.Ordinal);
            if (at < 0)
            {
                return null;
            }

            pieces.Add(text[..at]);
            text = text[(at + word.Length)..];
        }

        pieces.Add(text);
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.Ordinal))
            {
                return null;
            }
        }

        return [.. pieces];
    }

    private static string Placeholder() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 32);

    private static string? Apply(byte* template, params ReadOnlySpan<(string Role, string Content)> messages)
    {
        var given = stackalloc Llama.ChatMessage[messages.Length];
        var memory = new List<nint>();
        try
        {
            for (var i = 0; i < messages.Length; i++)
            {
                memory.Add(Marshal.StringToCoTaskMemUTF8(messages[i].Role));
                memory.Add(Marshal.StringToCoTaskMemUTF8(messages[i].Content));
                given[i] = new Llama.ChatMessage { Role = (byte*)memory[^2], Content = (byte*)memory[^1] };
            }

            var buffer = new byte[LongestTemplate];
            fixed (byte* to = buffer)
            {
                var length = Llama.ApplyTemplate(template, given, (nuint)messages.Length, 1, to, buffer.Length);
                return length is > 0 and <= LongestTemplate ? Encoding.UTF8.GetString(buffer, 0, length) : null;
            }
        }
        finally
        {
            memory.ForEach(Marshal.FreeCoTaskMem);
        }
    }
}
