using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Challenges;

/// <summary>Where clients answer a challenge.</summary>
internal sealed class ChallengeRoom(ChallengeBook challenges)
{
    private const string Captcha = "captcha";
    private const string Push = "rateLimitPushChallenge";

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/v1/challenge", Access.Device, AnswerAsync),

        // Nothing here wakes a device, so that none has a token by which it could be sent a challenge; that is what 404 says.
        new("POST", "/v1/challenge/push", Access.Device, (_, _) => ValueTask.FromResult(new Response(404))),
    ];

    /// <summary>428: what is to be answered, and after how long it need not be.</summary>
    public static Response Required(Challenge challenge) => Response.Json(
        new ChallengeJson(challenge.Token, challenge.CanAnswer ? [Captcha] : []), WireJson.Default.ChallengeJson, 428) with
    {
        Headers = Response.TooMany(challenge.RetryAfter).Headers,
    };

    private async ValueTask<Response> AnswerAsync(Request request, CancellationToken cancellation)
    {
        var given = request.Json(WireJson.Default.AnswerChallengeJson);
        return given switch
        {
            { Type: Captcha, Token: { Length: > 0 } token, Captcha: { Length: > 0 } captcha } =>
                await challenges.AnswerAsync(request.Device.Account.Aci, token, captcha).ConfigureAwait(false)
                    ? Response.Ok
                    : new Response(428),
            { Type: Push, Challenge.Length: > 0 } => new Response(428),
            _ => new Response(422),
        };
    }
}
