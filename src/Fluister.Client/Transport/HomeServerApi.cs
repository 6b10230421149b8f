using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

/// <summary>The home server's requests, typed. An answer that is none of those named throws.</summary>
/// <exception cref="ClientException">Unreachable (also 5xx); Unlinked (401); RateLimited (429, and what has a Retry-After); Challenged
/// (428); Refused; Malformed.</exception>
internal sealed partial class HomeServerApi(HomeServerLink link)
{
    /// <summary>The connection.</summary>
    public HomeServerLink Link => link;

    /// <summary>Where set, stands between a request and the link: tests lose requests and answers there.</summary>
    public Func<ServiceRequest, Func<Task<ServiceResponse>>, Task<ServiceResponse>>? Around { get; init; }

    /// <summary>Any request whose answer of 2xx has a body of JSON.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        Read(await AskAsync(new ServiceRequest("GET", path), cancel).ConfigureAwait(false), type);

    /// <summary>Any request of our own with a body of JSON, whose answer of 2xx has nothing to say.</summary>
    private Task SendAsync<T>(string verb, string path, T body, JsonTypeInfo<T> type, CancellationToken cancel) =>
        AskAsync(Json(verb, path, body, type), cancel);

    private static ServiceRequest Json<T>(string verb, string path, T body, JsonTypeInfo<T> type) =>
        new(verb, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    // With an access key a request does not say who we are.
    private static ServiceRequest Sealed(ServiceRequest request, AccessKey? key) => key is null ? request : request with
    {
        IsAnonymous = true,
        Headers = new Dictionary<string, string>(request.Headers)
        {
            ["Unidentified-Access-Key"] = Convert.ToBase64String(key.Reveal()),
        },
    };

    private static T Read<T>(ServiceResponse response, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body, type) ?? throw Malformed();
        }
        catch (JsonException wrong)
        {
            throw Malformed(wrong);
        }
    }

    // Annotations do not keep null out of lists.
    private static IReadOnlyList<T> Whole<T>(IReadOnlyList<T> list)
        where T : class => list.Contains(null!) ? throw Malformed() : list;

    private static ClientException Malformed(Exception? wrong = null) => new(
        ClientError.Malformed,
        "The home server gave an answer that makes no sense. Try again; if it stays so, tell who runs the server.",
        wrong);

    private static ClientException Refusal(ServiceRequest request, ServiceResponse response)
    {
        var retryAfter = LinkEnd.ReadRetryAfter(response.Headers.GetValueOrDefault("retry-after"));
        return response.Status switch
        {
            401 when !request.IsAnonymous && !request.Headers.ContainsKey("Authorization") => LinkEnd.Unlinked(),
            428 => new ClientException(
                ClientError.Challenged, "The home server wants an invite before it takes more messages to people you never wrote with.")
            {
                RetryAfter = retryAfter,
                Challenge = ReadChallenge(response),
            },
            429 => TooOften(retryAfter),
            499 => LinkEnd.TooOld(),
            >= 500 => new ClientException(
                ClientError.Unreachable,
                string.Create(
                    CultureInfo.InvariantCulture, $"The home server cannot answer now (status {response.Status}). Try again later."))
            {
                RetryAfter = retryAfter,
            },
            _ when retryAfter is not null => TooOften(retryAfter),
            _ => new ClientException(
                ClientError.Refused,
                string.Create(
                    CultureInfo.InvariantCulture, $"The home server refused what was asked ({request.Verb}, status {response.Status}).")),
        };
    }

    private static ClientException TooOften(TimeSpan? retryAfter) => new(
        ClientError.RateLimited,
        retryAfter is { } wait
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The home server was asked too often. Try again in {Math.Ceiling(wait.TotalSeconds)} seconds.")
            : "The home server was asked too often. Try again later.")
    {
        RetryAfter = retryAfter,
    };

    private static string? ReadChallenge(ServiceResponse response)
    {
        try
        {
            return Read(response, WireJson.Default.ChallengeJson) is { Options.Count: > 0, Token: { Length: > 0 } token } ? token : null;
        }
        catch (ClientException)
        {
            return null;
        }
    }

    private Task<ServiceResponse> AskAsync(ServiceRequest request, CancellationToken cancel) => AskAsync(request, cancel, []);

    // Answers that are not of success are given back where they are among those allowed, and else throw.
    private async Task<ServiceResponse> AskAsync(ServiceRequest request, CancellationToken cancel, params int[] allowed)
    {
        var response = await (Around is { } around ? around(request, () => link.AskAsync(request, cancel)) : link.AskAsync(request, cancel))
            .ConfigureAwait(false);
        return response.Status is >= 200 and < 300 || allowed.Contains(response.Status) ? response : throw Refusal(request, response);
    }
}
