using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Server.Accounts;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Registration;

/// <content>Accounts without a number, and any account by its id.</content>
internal sealed partial class RegistrationRoom
{
    // Every receipt that is not good is one answer, so that nobody learns why.
    private async Task<(Account Account, Account? Before)> RedeemAsync(Newcomer newcomer, byte[] presentation, string password)
    {
        // Without it nobody could ever get the account back, nor send again a request whose answer was lost.
        if (newcomer.Body.AccountAttributes.RecoveryPassword is not { Length: > 0 } recovery)
        {
            throw new RefusedException(422);
        }

        var now = time.GetUtcNow();
        var receipt = Redemption.Check(presentation, server.Zk, now) ?? throw new RefusedException(400);
        var fresh = newcomer.AccountWithoutNumber(password, server.Tag, now, random);
        return await database.WriteAsync(connection => Redeem(connection, newcomer, receipt, recovery, fresh)).ConfigureAwait(false);
    }

    private (Account Account, Account? Before) Redeem(
        SqliteSession connection, Newcomer newcomer, ReceiptCredentialPresentation receipt, byte[] recovery, Account fresh)
    {
        var (isFresh, existing) = Redemption.Find(connection, receipt);
        if (isFresh)
        {
            var account = Insert(connection, newcomer, fresh, newcomer.KeysWithoutNumber);
            Redemption.Take(connection, receipt, account.Aci);
            return (account, null);
        }

        // Whoever knows the recovery password made the account, and did not hear of it.
        return Attributes.Recovers(existing, recovery) && existing is { IsDisabled: false }
            ? Replace(connection, existing, newcomer, fresh)
            : throw new RefusedException(400);
    }

    private async Task<(Account Account, Account? Before)> RecoverAsync(Newcomer newcomer, Guid aci, string password)
    {
        if (newcomer.Body.RecoveryPassword is not { Length: > 0 }
            || newcomer.Body.AccountAttributes.RecoveryPassword is not { Length: > 0 })
        {
            throw new RefusedException(400);
        }

        var now = time.GetUtcNow();
        var withNumber = newcomer.Account(password, server.Tag, now, random);
        var withoutNumber = newcomer.AccountWithoutNumber(password, server.Tag, now, random);
        return await database.WriteAsync(connection =>
        {
            var existing = AccountStore.Find(connection, aci);
            return Recover(connection, newcomer, existing, existing?.Number is null ? withoutNumber : withNumber);
        }).ConfigureAwait(false);
    }
}
