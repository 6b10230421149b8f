using System.Net;
using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>What an endpoint's refusals and broken connections mean for a person.</summary>
internal static class EndpointErrors
{
    /// <summary>The connection or the answer failed, rather than we.</summary>
    public static bool IsBroken(Exception exception) => exception is HttpRequestException or IOException or JsonException;

    /// <summary>For what <see cref="IsBroken"/> holds of.</summary>
    public static EngineException Broken(Exception exception) => exception switch
    {
        JsonException => new EngineException(EngineError.Protocol,
            "What the endpoint answers is no JSON; is its address complete, with /v1?"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
            new EngineException(EngineError.NotFound, "Nobody answers at the endpoint's address; start it, or name another.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new EngineException(EngineError.NotAllowed, "The endpoint's certificate is not one that this computer trusts.", exception),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            new EngineException(EngineError.Protocol, "The endpoint's answer is longer than an answer can be.", exception),
        _ => new EngineException(EngineError.Crashed, "The connection to the endpoint broke; see what it says where it runs.", exception),
    };

    /// <summary>For an answer that says no.</summary>
    public static EngineException Refused(HttpRefusal refusal) => refusal switch
    {
        { IsOverflow: true } => new EngineException(EngineError.ContextOverflow,
            refusal is { PromptTokens: { } prompt, ContextTokens: { } context }
                ? $"The prompt has {prompt} tokens, the endpoint's context {context}."
                : "The prompt is longer than the endpoint's context."),
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            new EngineException(EngineError.NotAllowed, "The endpoint asks for another key; name the file that holds it."),
        { Status: HttpStatusCode.NotFound } => new EngineException(EngineError.NotFound,
            "There is no /chat/completions, or no such model, at the endpoint's address; is it complete, with /v1?"),
        { Status: >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest } => new EngineException(EngineError.NotAllowed,
            "The endpoint sends us to another address, where nothing is sent; name that address if you mean it."),
        _ => new EngineException(EngineError.Protocol,
            $"The endpoint refuses the request ({refusal.Summary}); see what it says where it runs."),
    };
}
