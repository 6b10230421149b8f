using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Engines.Endpoints;

namespace Fluister.Engines.LlamaServer;

/// <summary>Makes tokens of prompts so that only the marks of the model's chat template are special, and never what stands in the
/// text.</summary>
/// <remarks>The server's chat endpoint reads marks in message text as marks. So the template is laid around two random words and cut at
/// them; its pieces become tokens with their marks, the text without, and the server is given the tokens. Some models declare marks as
/// ordinary additions to their vocabulary, which are found in any text: where that happens the text's marks are broken up first.</remarks>
internal sealed class PromptTokens
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly HttpChannel _channel;
    private readonly int[] _before;
    private readonly int[] _between;
    private readonly int[] _after;
    private readonly HashSet<int> _marks;
    private readonly bool _breaksAlways;
    private (string Text, int[] Tokens) _last = ("", []);

    private PromptTokens(HttpChannel channel, int[][] pieces, HashSet<int> marks, bool breaksAlways)
    {
        (_channel, _marks, _breaksAlways) = (channel, marks, breaksAlways);
        (_before, _between, _after) = (pieces[0], pieces[1], pieces[2]);
    }

    /// <summary>Asks a server for its template.</summary>
    /// <param name="channel">To the server.</param>
    /// <param name="endOfText">The text of the token that ends a text; may be empty.</param>
    /// <param name="cancel">Stops at once.</param>
    public static async Task<PromptTokens> ReadAsync(HttpChannel channel, string endOfText, CancellationToken cancel)
    {
        var (system, user) = (Word(), Word());
        var pieces = await CutAsync(channel, [("system", system), ("user", user)], system, user, cancel).ConfigureAwait(false)
            // Some templates know no system; it is then the beginning of what the user says.
            ?? await CutAsync(channel, [("user", $"{system}\n\n{user}")], system, user, cancel).ConfigureAwait(false)
            ?? throw new EngineException(EngineError.BadModel,
                "The model's chat template cannot be used: it does not give back what it is given.");
        var marks = new HashSet<int>();
        var tokens = new int[pieces.Length][];
        for (var index = 0; index < pieces.Length; index++)
        {
            tokens[index] = await TokensAsync(channel, pieces[index], marks, isStart: index == 0, cancel).ConfigureAwait(false);
        }

        // A server that knows no "parse_special" reads every mark, not only the template's.
        _ = await TokensAsync(channel, endOfText, marks, isStart: false, cancel).ConfigureAwait(false);
        var plain = await AskAsync(channel, endOfText, isTemplate: false, isStart: false, cancel).ConfigureAwait(false);
        return new PromptTokens(channel, tokens, marks, plain.Any(token => marks.Contains(token.Id)));
    }

    /// <summary>The tokens of a prompt.</summary>
    public async Task<List<int>> OfAsync(Prompt prompt, CancellationToken cancel)
    {
        // The same for every segment.
        if (_last.Text != prompt.System)
        {
            _last = (prompt.System, await PlainAsync(prompt.System, cancel).ConfigureAwait(false));
        }

        return [.. _before, .. _last.Tokens, .. _between, .. await PlainAsync(prompt.User, cancel).ConfigureAwait(false), .. _after];
    }

    /// <summary>The tokens of a text without any mark.</summary>
    public async Task<int[]> PlainAsync(string text, CancellationToken cancel)
    {
        if (!_breaksAlways)
        {
            var tokens = await AskAsync(_channel, text, isTemplate: false, isStart: false, cancel).ConfigureAwait(false);
            // Other marks than the template's may be user-defined too, as <|end|> is beside those of harmony.
            if (!tokens.Any(token => _marks.Contains(token.Id) || SpecialTokens.IsMark(token.Text)))
            {
                return [.. tokens.Select(token => token.Id)];
            }
        }

        var harmless = SpecialTokens.Neutralise(text);
        var broken = await AskAsync(_channel, harmless, isTemplate: false, isStart: false, cancel).ConfigureAwait(false);
        return broken.Any(token => _marks.Contains(token.Id))
            ? throw new EngineException(EngineError.BadModel,
                "The model's vocabulary takes ordinary text for its own marks, so that anyone could "
                + "speak in its name; take another model.")
            : [.. broken.Select(token => token.Id)];
    }

    private static string Word() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task<string[]?> CutAsync(
        HttpChannel channel, (string Role, string Content)[] messages, string first, string second, CancellationToken cancel)
    {
        try
        {
            using var answer = await channel.AskAsync("/apply-template", writer => Write(writer, messages), Limit, cancel)
                .ConfigureAwait(false);
            var cut = (answer.RootElement.Member("prompt").Text() ?? "").Split(first);
            var rest = cut.Length == 2 ? cut[1].Split(second) : [];
            return rest.Length == 2 && !cut[0].Contains(second, StringComparison.Ordinal) ? [cut[0], rest[0], rest[1]] : null;
        }
        catch (HttpRefusal)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, (string Role, string Content)[] messages)
    {
        writer.WriteStartArray("messages");
        foreach (var (role, content) in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            writer.WriteString("content", content);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        // Models that think first would think in the form that the answer must have.
        writer.WriteStartObject("chat_template_kwargs");
        writer.WriteBoolean("enable_thinking", false);
        writer.WriteEndObject();
    }

    /// <summary>Tokens of a piece of the template, whose marks are added to the marks.</summary>
    private static async Task<int[]> TokensAsync(
        HttpChannel channel, string piece, HashSet<int> marks, bool isStart, CancellationToken cancel)
    {
        var tokens = await AskAsync(channel, piece, isTemplate: true, isStart: false, cancel).ConfigureAwait(false);
        marks.UnionWith(tokens.Where(token => SpecialTokens.IsMark(token.Text)).Select(token => token.Id));
        if (!isStart)
        {
            return [.. tokens.Select(token => token.Id)];
        }

        // The token that begins a text, where the model wants one and the template has not put it there.
        var start = await AskAsync(channel, piece, isTemplate: true, isStart: true, cancel).ConfigureAwait(false);
        var isLonger = start.Count > tokens.Count && (tokens.Count == 0 || (start[1].Id == tokens[0].Id && start[0].Id != tokens[0].Id));
        return [.. isLonger ? start.Take(1).Concat(tokens).Select(token => token.Id) : tokens.Select(token => token.Id)];
    }

    private static async Task<List<(int Id, string Text)>> AskAsync(
        HttpChannel channel, string text, bool isTemplate, bool isStart, CancellationToken cancel)
    {
        if (text.Length == 0 && !isStart)
        {
            return [];
        }

        using var answer = await channel.AskAsync("/tokenize", Write, Limit, cancel).ConfigureAwait(false);
        var list = answer.RootElement.Member("tokens");
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new EngineException(EngineError.Protocol, "llama-server gives no tokens; take a newer one.");
        }

        var tokens = new List<(int, string)>(list.GetArrayLength());
        foreach (var token in list.EnumerateArray())
        {
            // Pieces are text, or bytes where they are none.
            var id = token.Member("id").Count()
                ?? throw new EngineException(EngineError.Protocol, "llama-server gives a token that is none; take a newer one.");
            tokens.Add((id, token.Member("piece").Text() ?? ""));
        }

        return tokens;

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("content", text);
            writer.WriteBoolean("add_special", isStart);
            writer.WriteBoolean("parse_special", isTemplate);
            writer.WriteBoolean("with_pieces", true);
        }
    }
}
