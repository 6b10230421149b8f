using System.Net;
using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>An answer that says no. What it says in words is left unread: it may repeat the prompt.</summary>
internal sealed class HttpRefusal(HttpStatusCode status, string type, int? promptTokens, int? contextTokens) : Exception
{
    /// <summary>More than this of an answer is not read.</summary>
    public const int MaximumBody = 16 << 10;

    /// <summary>The status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The kind of error, such as "exceed_context_size_error"; empty where none is given.</summary>
    public string Type { get; } = type;

    /// <summary>Tokens of the prompt, where it was too long.</summary>
    public int? PromptTokens { get; } = promptTokens;

    /// <summary>Tokens that fit.</summary>
    public int? ContextTokens { get; } = contextTokens;

    /// <summary>The prompt did not fit.</summary>
    public bool IsOverflow => Type is "exceed_context_size_error" or "context_length_exceeded";

    /// <summary>Status and kind, fit for an error of ours.</summary>
    public string Summary => Type.Length > 0 ? $"{(int)Status} {Type}" : $"{(int)Status}";

    /// <summary>Reads what llama-server and other endpoints answer: {"error":{"type":...,"code":...}}.</summary>
    public static HttpRefusal Read(HttpStatusCode status, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return From(status, document.RootElement);
        }
        catch (JsonException)
        {
            return new HttpRefusal(status, "", null, null);
        }
    }

    /// <summary>Reads the same where it came as an event.</summary>
    public static HttpRefusal From(HttpStatusCode status, JsonElement document)
    {
        var error = document.Member("error");
        var type = error.Member("code").Text() ?? error.Member("type").Text() ?? "";
        var isName = type.Length <= 60 && type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
        return new HttpRefusal(status, isName ? type : "", error.Member("n_prompt_tokens").Count(), error.Member("n_ctx").Count());
    }
}
