using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Devices;
using Fluister.Server.Invites;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>Registering by both ways: what the server then knows, what is kept, and that no interruption costs an invite or makes a second
/// account.</summary>
public sealed class AccountRegistrationTests : IAsyncLifetime
{
    private const string Number = "+31612345678";

    private AccountScene _scene = null!;

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(Number)]
    public async Task An_invite_makes_an_account_whose_device_the_server_knows(string? number)
    {
        using var store = _scene.Store("a");
        var self = await _scene.RegisterAsync(store, _scene.Nobody(), await _scene.InviteAsync(), number);

        Assert.True(self.IsPrimary);
        Assert.Equal(number, self.Number);
        Assert.Equal(number is null, self.Pni is null);
        Assert.Equal(number is null, self.PniIdentity is null);
        Assert.Equal(number is null, self.CredentialSalt is not null);
        Assert.InRange(self.RegistrationId, 1u, 16_380u);
        var who = await _scene.Of(self).WhoAmIAsync(TestContext.Current.CancellationToken);
        Assert.Equal((self.Aci.Uuid, number), (who.Uuid, who.Number));
        var device = Assert.Single(await _scene.Of(self).DevicesAsync(TestContext.Current.CancellationToken));
        Assert.Equal("a device", DeviceName.Decrypt(device.Name, self.AciIdentity.Private));
        Assert.Equal((int)self.RegistrationId, device.RegistrationId);
        using var kept = store.Items.Self()!;
        Assert.Equal(self.Aci, kept.Aci);
        Assert.Equal(self.AciIdentity.Public, kept.AciIdentity.Public);
        Assert.True(self.EntropyPool.Reveal().SequenceEqual(kept.EntropyPool.Reveal()));
        Assert.Null(PendingAccount.Load(store.Items));
        Assert.NotNull(store.Conversations.Find(self.Aci));
    }

    [Fact]
    public async Task Its_keys_are_the_ones_that_the_server_hands_out()
    {
        using var store = _scene.Store("a");
        var self = await _scene.RegisterAsync(store, _scene.Nobody(), await _scene.InviteAsync(), Number);
        var api = _scene.Of(self);
        foreach (var kind in new[] { ServiceIdKind.Aci, ServiceIdKind.Pni })
        {
            var bundles = await api.BundlesAsync(self.End(kind).Address.Account, 1, null, TestContext.Current.CancellationToken);
            var bundle = Assert.Single(bundles!.Devices).Bundle;
            Assert.Equal(self.End(kind).Identity.Public, bundles.Identity);
            Assert.Equal(store.PreKeys.NewestSigned(kind)!.Keys.Public, bundle.Signed.Key);
            Assert.Equal(store.PreKeys.NewestLastResort(kind)!.Keys.Public, bundle.Kem.Key);
        }
    }

    public static TheoryData<string?, int, bool> Interruptions
    {
        get
        {
            var data = new TheoryData<string?, int, bool>();
            foreach (var isLost in new[] { false, true })
            {
                for (var request = 0; request < 2; request++)
                {
                    data.Add(null, request, isLost);
                }

                for (var request = 0; request < 5; request++)
                {
                    data.Add(Number, request, isLost);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Where_a_request_or_its_answer_is_lost_the_next_run_makes_the_one_account(string? number, int which, bool isAnswer)
    {
        var invite = await _scene.InviteAsync();
        var path = "a";
        using (var store = _scene.Store(path))
        {
            var cut = _scene.Nobody(Losing(which, isAnswer));
            var lost = await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, cut, invite, number));
            Assert.Equal(ClientError.Unreachable, lost.Error);
            Assert.Null(store.Items.Self());
        }

        using var again = _scene.Store(path);
        var self = await _scene.RegisterAsync(again, _scene.Nobody(), invite, number);
        Assert.Equal(self.Aci.Uuid, (await _scene.Of(self).WhoAmIAsync(TestContext.Current.CancellationToken)).Uuid);
        Assert.Equal(1, _scene.Server.Database.Read(session =>
            session.First<int?>("SELECT count(*) FROM account", row => row.GetInt32(0))));
        Assert.Equal(again.Items.Self()!.Aci, self.Aci);
    }

    [Fact]
    public async Task A_second_invite_is_not_used_where_the_first_has_made_the_account_already()
    {
        var (first, second) = (await _scene.InviteAsync(), await _scene.InviteAsync());
        using var store = _scene.Store("a");
        await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, _scene.Nobody(Losing(1, isAnswer: true)), first));
        await _scene.RegisterAsync(store, _scene.Nobody(), second);
        Assert.Equal((0, 1), (Uses(first), Uses(second)));
    }

    [Fact]
    public async Task Where_the_first_invite_does_not_do_a_second_one_registers()
    {
        var (first, second) = (await _scene.InviteAsync(), await _scene.InviteAsync());
        using var store = _scene.Store("a");
        var refused = await Assert.ThrowsAsync<ClientException>(
            () => _scene.RegisterAsync(store, _scene.Nobody(), first, code: "000000" == first.Code ? "000001" : "000000"));
        Assert.Equal(ClientError.Refused, refused.Error);
        await _scene.RegisterAsync(store, _scene.Nobody(), second);
        Assert.Equal((1, 0), (Uses(first), Uses(second)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Number)]
    public async Task An_invite_that_is_wrong_expired_or_used_up_is_refused_with_a_reason(string? number)
    {
        var used = await _scene.InviteAsync();
        using (var first = _scene.Store("first"))
        {
            await _scene.RegisterAsync(first, _scene.Nobody(), used, number is null ? null : "+31698765432");
        }

        var expired = await _scene.InviteAsync();
        var wrong = Invite.Generate(1, _scene.Server.Clock.GetUtcNow(), TimeSpan.FromDays(1), Fluister.Cryptography.RandomSource.System);
        await RefusedAsync("used", used, number, number is null ? "used already" : "does not take this invite");
        await RefusedAsync("wrong", wrong, number, "does not take this invite");
        _scene.Server.Clock.Advance(TimeSpan.FromDays(8));
        await RefusedAsync("expired", expired, number, "does not take this invite");
    }

    [Fact]
    public async Task What_is_no_number_is_bad_input()
    {
        using var store = _scene.Store("a");
        var invite = await _scene.InviteAsync();
        var refused = await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, _scene.Nobody(), invite, "0612345678"));
        Assert.Equal(ClientError.BadInput, refused.Error);
        Assert.Equal(1, Uses(invite));
    }

    [Fact]
    public async Task A_number_that_somebody_has_is_refused()
    {
        using var first = _scene.Store("a");
        using var second = _scene.Store("b");
        var account = await _scene.RegisterAsync(first, _scene.Nobody(), await _scene.InviteAsync(), Number);
        var refused = await Assert.ThrowsAsync<ClientException>(
            async () => await _scene.RegisterAsync(second, _scene.Nobody(), await _scene.InviteAsync(), Number));
        Assert.Equal(ClientError.Refused, refused.Error);
        Assert.Equal(account.Aci.Uuid, (await _scene.Of(account).WhoAmIAsync(TestContext.Current.CancellationToken)).Uuid);
    }

    [Fact]
    public async Task What_was_begun_without_a_number_does_not_go_on_with_one()
    {
        using var store = _scene.Store("a");
        var invite = await _scene.InviteAsync();
        await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, _scene.Nobody(Losing(1, isAnswer: false)), invite));
        var refused = await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, _scene.Nobody(), invite, Number));
        Assert.Equal(ClientError.BadInput, refused.Error);
    }

    private static Func<ServiceRequest, Func<Task<ServiceResponse>>, Task<ServiceResponse>> Losing(int which, bool isAnswer)
    {
        var count = 0;
        return async (_, ask) =>
        {
            if (count++ != which)
            {
                return await ask();
            }

            if (isAnswer)
            {
                await ask();
            }

            throw new ClientException(ClientError.Unreachable, "Lost.");
        };
    }

    private int? Uses(Invite invite) => _scene.Server.Database.Read(session =>
        session.First<int?>("SELECT uses_left FROM invite WHERE token = ?1", row => row.GetInt32(0), invite.Token));

    private async Task RefusedAsync(string name, Invite invite, string? number, string words)
    {
        using ClientStore store = _scene.Store(name);
        var refused = await Assert.ThrowsAsync<ClientException>(() => _scene.RegisterAsync(store, _scene.Nobody(), invite, number));
        Assert.Equal(ClientError.Refused, refused.Error);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(invite.Text, refused.Message, StringComparison.Ordinal);
        Assert.Null(store.Items.Self());
    }
}
