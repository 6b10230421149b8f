using System.Security.Cryptography;
using System.Text;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;

namespace Fluister.Server.Registration;

/// <summary>The steps that clients know from a number's verification: an invite's token answers the captcha, its code is the code that
/// would have been sent, and the number is a label.</summary>
internal sealed class VerificationRoom(InviteStore invites, VerificationSessions sessions, RateLimits limits, TimeProvider time)
{
    private const int MostWrongCodes = 5;
    private const string Captcha = "captcha";

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("POST", "/v1/verification/session", Access.Anonymous, (request, _) => ValueTask.FromResult(Begin(request))),
        new("GET", "/v1/verification/session/{id}", Access.Anonymous, (request, _) => ValueTask.FromResult(Describe(Session(request)))),
        new("PATCH", "/v1/verification/session/{id}", Access.Anonymous, (request, _) => ValueTask.FromResult(GiveInvite(request))),
        new("POST", "/v1/verification/session/{id}/code", Access.Anonymous, (request, _) => ValueTask.FromResult(RequestCode(request))),
        new("PUT", "/v1/verification/session/{id}/code", Access.Anonymous, (request, _) => ValueTask.FromResult(SubmitCode(request))),
    ];

    private static Response Describe(VerificationSession session, int status = 200)
    {
        var canAsk = session.Invite is not null && !session.IsVerified;
        var canTry = session is { CodeRequested: true, IsVerified: false, WrongCodes: < MostWrongCodes };
        return Response.Json(
            new VerificationSessionJson(
                session.Id,
                AllowedToRequestCode: session.Invite is not null,
                RequestedInformation: session.Invite is null ? [Captcha] : [],
                Verified: session.IsVerified,
                NextSms: canAsk ? 0 : null,
                NextCall: canAsk ? 0 : null,
                NextVerificationAttempt: canTry ? 0 : null),
            WireJson.Default.VerificationSessionJson,
            status);
    }

    // "+" and 7 to 15 digits (ITU-T E.164), the first not 0.
    private static bool IsNumber(string number) =>
        number.Length is >= 8 and <= 16 && number[0] == '+' && number[1] != '0' && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private static Response TooMany(VerificationSession session, TimeSpan wait) =>
        Describe(session, 429) with { Headers = Response.TooMany(wait).Headers };

    private VerificationSession Session(Request request) => sessions.Find(request.Values["id"]) ?? throw new RefusedException(404);

    private Response Begin(Request request)
    {
        limits.Take(ServerLimits.VerificationSession, request.Origin);
        var number = request.Json(WireJson.Default.CreateSessionJson).Number;
        return IsNumber(number) ? Describe(sessions.Begin(number, request.Origin)) : throw new RefusedException(422);
    }

    private Response GiveInvite(Request request)
    {
        var session = Session(request);
        var captcha = request.Json(WireJson.Default.UpdateSessionJson).Captcha;
        if (limits.Wait(ServerLimits.VerificationCaptcha, LimitKey.Of(session.Id)) is { } wait)
        {
            return TooMany(session, wait);
        }

        var token = captcha is null ? null : Invite.ReadCaptcha(captcha);
        if (token is null || invites.Find(token, time.GetUtcNow()) is null)
        {
            throw new RefusedException(Describe(session, 403));
        }

        lock (session)
        {
            // What was verified was another invite's code.
            if (session.IsVerified)
            {
                throw new RefusedException(Describe(session, 409));
            }

            session.Invite = token;
            return Describe(session);
        }
    }

    private Response RequestCode(Request request)
    {
        var session = Session(request);
        if (request.Json(WireJson.Default.RequestCodeJson).Transport is not ("sms" or "voice"))
        {
            throw new RefusedException(422);
        }

        lock (session)
        {
            if (session.Invite is null || session.IsVerified)
            {
                throw new RefusedException(Describe(session, 409));
            }

            session.CodeRequested = true;
            return Describe(session);
        }
    }

    private Response SubmitCode(Request request)
    {
        var session = Session(request);
        var given = request.Json(WireJson.Default.SubmitCodeJson).Code.Replace("-", "", StringComparison.Ordinal);
        lock (session)
        {
            if (session.Invite is not { } token || !session.CodeRequested || session.IsVerified)
            {
                throw new RefusedException(Describe(session, 409));
            }

            if (session.WrongCodes >= MostWrongCodes)
            {
                return TooMany(session, session.Created + ServerLimits.VerificationSessionAge - time.GetUtcNow());
            }

            // Over all sessions too: who has a token but not its code cannot try them all.
            if (limits.Wait(ServerLimits.InviteCode, LimitKey.Of(token)) is { } wait)
            {
                return TooMany(session, wait);
            }

            var invite = invites.Find(token, time.GetUtcNow()) ?? throw new RefusedException(Describe(session, 403));
            session.IsVerified = CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(invite.Code));
            if (session.IsVerified)
            {
                limits.Clear(ServerLimits.InviteCode, LimitKey.Of(token));
            }
            else
            {
                session.WrongCodes++;
            }

            return Describe(session);
        }
    }
}
