using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <content>With a number: a session of verification, which the invite answers.</content>
internal sealed partial class AccountRegistration
{
    private async Task<Self> WithNumberAsync(PendingAccount pending, string number, CancellationToken cancel)
    {
        var secrets = pending.Secrets();
        var body = Body(secrets, pending);
        if (pending.IsAsked && await AskAgainAsync(pending, secrets, body, cancel).ConfigureAwait(false) is { } before)
        {
            return before;
        }

        var session = await VerifyAsync(pending.Invite!, number, cancel).ConfigureAwait(false);
        pending = pending with { IsAsked = true };
        Keep(pending);
        var (account, status) = await api.RegisterAsync(number, secrets.Password, body with { SessionId = session }, cancel)
            .ConfigureAwait(false);
        return account is not null ? Finish(pending, secrets, account) : throw RegistrationRefusal.Of(status);
    }

    // Whoever knows the recovery password made the account, and did not hear of it; the same keys are registered once more.
    private async Task<Self?> AskAgainAsync(
        PendingAccount pending, DeviceSecrets secrets, RegistrationJson body, CancellationToken cancel)
    {
        var again = body with { RecoveryPassword = body.AccountAttributes.RecoveryPassword };
        var (account, _) = await api.RegisterAsync(pending.Number!, secrets.Password, again, cancel).ConfigureAwait(false);
        return account is null ? null : Finish(pending, secrets, account);
    }

    private async Task<string> VerifyAsync(string invite, string number, CancellationToken cancel)
    {
        var (token, code) = invite.Split('.') is [var first, var second] ? (first, second) : throw RegistrationRefusal.NoInvite();
        var session = await api.BeginVerificationAsync(number, cancel).ConfigureAwait(false) ?? throw new ClientException(
            ClientError.BadInput, "That is no number. Write it as \"+\", country and number, 7 to 15 digits, without spaces.");
        if (!await api.GiveInviteAsync(session.Id, token, cancel).ConfigureAwait(false))
        {
            throw RegistrationRefusal.NoInvite();
        }

        await api.RequestCodeAsync(session.Id, cancel).ConfigureAwait(false);
        return await api.SubmitCodeAsync(session.Id, code, cancel).ConfigureAwait(false)
            ? session.Id
            : throw RegistrationRefusal.NoInvite();
    }
}
