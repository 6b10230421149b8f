using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;
using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <summary>Registers an account with an invite, so that it can be ended at any moment and begun again: what is drawn is in the store
/// before
/// it is sent, and the same is sent again.</summary>
/// <remarks>An invite's use is never lost without an account: without a number the same request buys the same receipt, and the same
/// receipt with the same recovery password registers the same account; with a number the account is first asked for by its recovery
/// password.</remarks>
/// <param name="store">The store of the account to be.</param>
/// <param name="api">Requests of somebody who has no account.</param>
/// <param name="zkParams">The home server's, from its descriptor.</param>
/// <param name="clock">The time.</param>
/// <param name="random">Randomness.</param>
internal sealed partial class AccountRegistration(
    ClientStore store, HomeServerApi api, ServerPublicParams zkParams, TimeProvider clock, RandomSource random)
{
    private const int SerialBytes = 16;

    /// <summary>Registers; where that was begun before, goes on.</summary>
    /// <param name="token">The invite's token.</param>
    /// <param name="code">The invite's code.</param>
    /// <param name="number">The number, or null.</param>
    /// <param name="deviceName">What the device is called, or null.</param>
    /// <param name="cancel">Ends it; what was done is kept.</param>
    /// <exception cref="ClientException">Refused: the invite is unknown, expired or used up, or the number is somebody's; BadInput: not a
    /// number, or begun otherwise; and what every request may throw.</exception>
    public async Task<Self> RunAsync(string token, string code, string? number, string? deviceName, CancellationToken cancel)
    {
        var invite = $"{token}.{code}";
        var pending = Begin(invite, number, deviceName);
        try
        {
            return await GoOnAsync(pending, cancel).ConfigureAwait(false);
        }
        catch (ClientException refused) when (refused.Error == ClientError.Refused && pending.Invite != invite)
        {
            // Begun with another invite, which does not do (any more).
            pending = pending with { Invite = invite, ReceiptContext = null, Receipt = null };
            Keep(pending);
            return await GoOnAsync(pending, cancel).ConfigureAwait(false);
        }
    }

    private PendingAccount Begin(string invite, string? number, string? deviceName) => store.Transact(() =>
    {
        if (PendingAccount.Load(store.Items) is { } before)
        {
            return before.LinkToken is null && before.Number == number ? before : throw RegistrationRefusal.BegunOtherwise();
        }

        using var secrets = DeviceSecrets.Draw(number is not null, random);
        var pending = PendingAccount.Of(secrets) with { Invite = invite, Number = number, DeviceName = deviceName };
        pending.Save(store.Items);
        return pending;
    });

    private Task<Self> GoOnAsync(PendingAccount pending, CancellationToken cancel) => pending.Number is { } number
        ? WithNumberAsync(pending, number, cancel)
        : WithoutNumberAsync(pending, cancel);

    private async Task<Self> WithoutNumberAsync(PendingAccount pending, CancellationToken cancel)
    {
        pending = await WithReceiptAsync(pending, cancel).ConfigureAwait(false);
        var secrets = pending.Secrets();
        var body = Body(secrets, pending) with { ReceiptCredentialPresentation = pending.Receipt };
        var (account, status) = await api.RegisterAsync(HomeServerApi.NoNumber, secrets.Password, body, cancel).ConfigureAwait(false);
        return account is not null
            ? Finish(pending, secrets, account)
            : throw RegistrationRefusal.Of(status);
    }

    // The receipt is in the store before it is shown, and the context of the request before the request.
    private async Task<PendingAccount> WithReceiptAsync(PendingAccount pending, CancellationToken cancel)
    {
        if (pending.Receipt is not null)
        {
            return pending;
        }

        if (pending.ReceiptContext is null)
        {
            var serial = new byte[SerialBytes];
            random.Fill(serial);
            pending = pending with { ReceiptContext = ReceiptCredentialRequestContext.Create(serial, random).Write() };
            Keep(pending);
        }

        var context = ReceiptCredentialRequestContext.Read(pending.ReceiptContext);
        var (receipt, isUsedUp) = await api.BuyReceiptAsync(pending.Invite!, context.Request.Write(), cancel).ConfigureAwait(false);
        if (receipt is null)
        {
            throw isUsedUp ? RegistrationRefusal.InviteUsedUp() : RegistrationRefusal.NoInvite();
        }

        pending = pending with { Receipt = Show(context, receipt) };
        Keep(pending);
        return pending;
    }

    private byte[] Show(ReceiptCredentialRequestContext context, byte[] response)
    {
        try
        {
            var receipt = context.Receive(zkParams, ReceiptCredentialResponse.Read(response));
            var usual = clock.GetUtcNow() + ClientLimits.ReceiptAge;
            var distance = Math.Abs((double)receipt.Expiration - usual.ToUnixTimeSeconds());

            // Another level, or a time of its own, would mark the receipt, and so its holder.
            return receipt.Level == ClientLimits.LoginReceiptLevel && distance <= ClientLimits.ReceiptAgeTolerance.TotalSeconds
                ? receipt.Present(zkParams, random).Write()
                : throw RegistrationRefusal.BadReceipt(null);
        }
        catch (ProtocolException wrong)
        {
            throw RegistrationRefusal.BadReceipt(wrong);
        }
    }

    private void Keep(PendingAccount pending) => store.Transact(() => pending.Save(store.Items));

    private RegistrationJson Body(DeviceSecrets secrets, PendingAccount pending)
    {
        var (signed, lastResort) = SignedKeys(ServiceIdKind.Aci, secrets);
        var (pniSigned, pniLastResort) = secrets.PniIdentity is null ? default : SignedKeys(ServiceIdKind.Pni, secrets);
        return new RegistrationJson
        {
            AccountAttributes = DeviceAttributes.Of(secrets, pending.DeviceName, isPrimary: true, random),
            SkipDeviceTransfer = true,
            AciIdentityKey = secrets.AciIdentity.Public.Serialized.ToArray(),
            PniIdentityKey = secrets.PniIdentity?.Public.Serialized.ToArray(),
            AciSignedPreKey = signed,
            AciPqLastResortPreKey = lastResort,
            PniSignedPreKey = pniSigned,
            PniPqLastResortPreKey = pniLastResort,
        };
    }

    private (SignedPreKeyJson? Signed, SignedPreKeyJson? LastResort) SignedKeys(ServiceIdKind kind, DeviceSecrets secrets) =>
        FirstPreKeys.Of(store, kind, kind == ServiceIdKind.Aci ? secrets.AciIdentity : secrets.PniIdentity!, clock, random);

    private Self Finish(PendingAccount pending, DeviceSecrets secrets, AccountIdentityJson account)
    {
        var pni = account.Pni is { } uuid ? ServiceId.Pni(uuid) : (ServiceId?)null;
        if ((pni is null) != (secrets.PniIdentity is null))
        {
            throw new ClientException(
                ClientError.Malformed, "The home server has made another kind of account than was asked for. Tell its operator.");
        }

        var self = secrets.Become(ServiceId.Aci(account.Uuid), pni, account.Number, 1, account.AuthCredentialSalt);
        store.Transact(() =>
        {
            store.Items.Save(self);
            store.Conversations.GetOrAdd(self.Aci);
            store.Items.SetText("device_name", pending.DeviceName);
            Upkeep.Need(store.Items, UpkeepTask.PublishProfile | UpkeepTask.WriteStorage);
            PendingAccount.Remove(store.Items);
        });
        return self;
    }
}
