using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Challenges;

/// <summary>Challenges accounts that write to many strangers. The captcha that their clients then show is answered with an invite's token,
/// which the operator hands out; it uses the invite up by one.</summary>
/// <remarks>
/// <para>Signal's own rule for this is not public, and nothing here is challenged unless the operator sets a bound. Only messages whose
/// sender says who they are count: the first one to somebody always does, since the access key comes with the profile.</para>
/// <para>Who has written to whom is kept in memory for a time, to tell strangers from others, and nowhere else. A restart forgets it, and
/// how many strangers were written to with it.</para>
/// </remarks>
internal sealed class ChallengeBook(
    SqliteDatabase database, RateLimits limits, ServiceCredentials tokens, ServerOptions options, TimeProvider time)
{
    private static readonly Limit Known = new("known", 1, ServerLimits.Acquaintance);

    private readonly Limit? _strangers =
        options.StrangersPerDay == 0 ? null : Limit.Per(TimeSpan.FromDays(1), options.StrangersPerDay, "strangers");

    // Apart from the limits, so that neither pushes the other out.
    private readonly RateLimits _known = new(time);

    /// <summary>Notes that an account writes to another, unless it must answer a challenge first.</summary>
    public Challenge? Require(Guid sender, Guid recipient)
    {
        if (_strangers is null)
        {
            return null;
        }

        if (_known.Allows(Known, LimitKey.Of(sender, recipient)))
        {
            if (limits.Wait(_strangers, sender) is { } wait)
            {
                return new Challenge(tokens.Issue(sender.ToString()), CanAnswer(sender), wait);
            }

            _known.Wait(Known, LimitKey.Of(sender, recipient));
        }

        // Who was written to may answer.
        _known.Wait(Known, LimitKey.Of(recipient, sender));
        return null;
    }

    /// <summary>Takes an answer; whether it is right. Of an account that needs none, any is.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="token">Of the challenge.</param>
    /// <param name="captcha">An invite's token, with or without what clients put before it.</param>
    /// <exception cref="RefusedException">429: too many answers.</exception>
    public async Task<bool> AnswerAsync(Guid account, string token, string captcha)
    {
        limits.Take(ServerLimits.CaptchaChallengeAttempt, account);
        if (_strangers is null || limits.Allows(_strangers, account))
        {
            return true;
        }

        if (tokens.Name(token) != account.ToString() || Invite.ReadCaptcha(captcha) is not { } invite)
        {
            return false;
        }

        // Taken first, so that no invite is used up for nothing, and given back where it was no invite.
        limits.Take(ServerLimits.CaptchaChallengeSuccess, account);
        if (!await database.WriteAsync(session => InviteStore.Use(session, invite, time.GetUtcNow())).ConfigureAwait(false))
        {
            limits.GiveBack(ServerLimits.CaptchaChallengeSuccess, account);
            return false;
        }

        limits.Clear(_strangers, account);
        return true;
    }

    private bool CanAnswer(Guid account) =>
        limits.Allows(ServerLimits.CaptchaChallengeAttempt, account) && limits.Allows(ServerLimits.CaptchaChallengeSuccess, account);
}
