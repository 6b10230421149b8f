using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Provisioning;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>Linking devices, both sides by this client.</summary>
public sealed class LinkingTests : IAsyncLifetime
{
    private AccountScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LinkRequest Request => new()
    {
        Server = new InviteLink(new Uri($"https://localhost:{_scene.Server.Port}"), _scene.Server.Key).ToString(),
        DeviceName = "a laptop",
    };

    public async ValueTask InitializeAsync() => _scene = await AccountScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("+31612345678")]
    public async Task A_device_that_the_primary_links_is_the_same_account(string? number)
    {
        var anna = await _scene.PersonAsync("Anna", number);
        var (laptop, linked) = await LinkAsync(anna, "laptop");
        Assert.Equal((2, "a laptop", false), (linked.Id, linked.Name, linked.IsThis));
        Assert.Equal((anna.Self.Aci, anna.Self.Pni), (laptop.Self.Aci, laptop.Self.Pni));
        Assert.Equal((anna.Self.Number, 2), (laptop.Self.Number, laptop.Self.Device));
        Assert.Equal(anna.Self.AciIdentity.Public, laptop.Self.AciIdentity.Public);
        Assert.Equal(anna.Self.PniIdentity?.Public, laptop.Self.PniIdentity?.Public);
        Assert.True(anna.Self.ProfileKey.FixedTimeEquals(laptop.Self.ProfileKey));
        Assert.True(anna.Self.EntropyPool.Reveal().SequenceEqual(laptop.Self.EntropyPool.Reveal()));
        Assert.False(anna.Self.Password.FixedTimeEquals(laptop.Self.Password));

        await _scene.ReadyAsync(laptop);
        Assert.Equal(anna.Self.CredentialSalt, laptop.Self.CredentialSalt);
        Assert.Equal("Anna", laptop.Profile.Name.Given);
        var devices = await laptop.DevicesAsync(Cancellation);
        Assert.Equal(
            [(1, "Anna's computer", false), (2, "a laptop", true)],
            devices.Select(device => (device.Id, device.Name!, device.IsThis)));
        var now = _scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.All(devices, device => Assert.Equal(now, device.Created!.Value.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task Devices_are_renamed_and_removed_by_those_who_may()
    {
        var anna = await _scene.PersonAsync("Anna");
        var (laptop, _) = await LinkAsync(anna, "laptop");
        await _scene.ReadyAsync(laptop);
        await anna.RenameDeviceAsync(2, "an old laptop", Cancellation);
        Assert.Equal("an old laptop", (await anna.DevicesAsync(Cancellation))[1].Name);
        await laptop.RenameDeviceAsync(2, "my laptop", Cancellation);
        Assert.Equal("my laptop", (await anna.DevicesAsync(Cancellation))[1].Name);
        await RefusedAsync(ClientError.NotFound, () => laptop.RenameDeviceAsync(1, "mine", Cancellation));
        await RefusedAsync(ClientError.NotFound, () => anna.RenameDeviceAsync(3, "nobody's", Cancellation));
        await RefusedAsync(ClientError.BadInput, () => anna.RenameDeviceAsync(2, new string('x', 200), Cancellation));
        await RefusedAsync(ClientError.BadInput, () => anna.RemoveDeviceAsync(1, Cancellation));
        await RefusedAsync(ClientError.Refused, () => laptop.DeleteAccountAsync(Cancellation));
        await anna.RemoveDeviceAsync(2, Cancellation);
        Assert.Single(await anna.DevicesAsync(Cancellation));

        // Its connection ends; what is asked after that knows why.
        while ((await laptop.Events.ReadAsync(Cancellation).AsTask().WaitAsync(AccountScene.Patience, Cancellation))
            is not ConnectionChanged { IsConnected: false })
        {
        }

        await RefusedAsync(ClientError.Unlinked, () => laptop.DevicesAsync(Cancellation));
    }

    [Fact]
    public async Task A_linked_device_unlinks_itself_and_the_primary_does_not()
    {
        var anna = await _scene.PersonAsync("Anna");
        var (laptop, _) = await LinkAsync(anna, "laptop");
        await _scene.ReadyAsync(laptop);
        await RefusedAsync(ClientError.BadInput, () => anna.UnlinkAsync(Cancellation));
        await laptop.UnlinkAsync(Cancellation);
        Assert.Single(await anna.DevicesAsync(Cancellation));
    }

    [Fact]
    public async Task Where_the_primary_encrypted_to_another_key_the_new_device_says_so()
    {
        var anna = await _scene.PersonAsync("Anna");
        var shown = new TaskCompletionSource<string>();
        var linking = AccountClient.LinkAsync(_scene.Folder("laptop"), _scene.Key, Request, Show(shown), cancel: Cancellation);
        Assert.True(LinkingUrl.TryParse(await shown.Task.WaitAsync(AccountScene.Patience, Cancellation), out var url));

        // A code that somebody else printed, with the address of the device and a key of their own.
        using var other = KeyPair.Generate(RandomSource.System);
        using var giveUp = new CancellationTokenSource();
        var handing = anna.LinkDeviceAsync((url with { Key = other.Public }).ToString(), giveUp.Token);
        await FailedAsync(ClientError.Malformed, linking);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await handing.WaitAsync(AccountScene.Patience, Cancellation));
        Assert.Single(await anna.DevicesAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://example.org/")]
    [InlineData("sgnl://linkdevice?uuid=abc&pub_key=BQ")]
    public async Task What_is_no_code_is_bad_input(string url)
    {
        var anna = await _scene.PersonAsync("Anna");
        await RefusedAsync(ClientError.BadInput, () => anna.LinkDeviceAsync(url, Cancellation));
    }

    [Fact]
    public async Task A_code_where_nobody_waits_is_not_found()
    {
        var anna = await _scene.PersonAsync("Anna");
        using var key = KeyPair.Generate(RandomSource.System);
        var url = new LinkingUrl("AAAAAAAAAAAAAAAAAAAAAA", key.Public, []).ToString();
        await RefusedAsync(ClientError.NotFound, () => anna.LinkDeviceAsync(url, Cancellation));
    }

    [Fact]
    public async Task A_link_whose_answer_was_lost_is_found_and_makes_no_second_device()
    {
        var anna = await _scene.PersonAsync("Anna");
        using (var store = _scene.Store("laptop.db"))
        {
            var linking = Linking(store, async (request, ask) =>
            {
                var answer = await ask();
                return request.Path == "/v1/devices/link" ? throw new ClientException(ClientError.Unreachable, "Lost.") : answer;
            });
            var shown = new TaskCompletionSource<string>();
            var running = linking.RunAsync("a laptop", Show(shown), Cancellation);
            var handing = anna.LinkDeviceAsync(await shown.Task.WaitAsync(AccountScene.Patience, Cancellation), Cancellation);
            await FailedAsync(ClientError.Unreachable, running);
            Assert.Equal(2, (await handing).Id);
        }

        using var again = _scene.Store("laptop.db");
        using var self = await Linking(again, null).RunAsync("a laptop", ShownAgain, Cancellation);
        Assert.Equal((anna.Self.Aci, 2), (self.Aci, self.Device));
        Assert.Equal(2, (await anna.DevicesAsync(Cancellation)).Count);
        Assert.Equal(2, (await _scene.Of(self).DevicesAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_link_that_never_left_is_asked_for_again_with_the_same_permission()
    {
        var anna = await _scene.PersonAsync("Anna");
        using var store = _scene.Store("laptop.db");
        var linking = Linking(store, (request, ask) =>
            request.Path == "/v1/devices/link" ? throw new ClientException(ClientError.Unreachable, "Lost.") : ask());
        var shown = new TaskCompletionSource<string>();
        var running = linking.RunAsync("a laptop", Show(shown), Cancellation);
        var handing = anna.LinkDeviceAsync(await shown.Task.WaitAsync(AccountScene.Patience, Cancellation), Cancellation);
        await FailedAsync(ClientError.Unreachable, running);
        using var self = await Linking(store, null).RunAsync("a laptop", ShownAgain, Cancellation);
        Assert.Equal(self.Device, (await handing).Id);
    }

    private static Task ShownAgain(string url) => throw new InvalidOperationException("Shown again.");

    private static Func<string, Task> Show(TaskCompletionSource<string> shown) => url =>
    {
        shown.TrySetResult(url);
        return Task.CompletedTask;
    };

    private static async Task RefusedAsync(ClientError error, Func<Task> work) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<ClientException>(work)).Error);

    private static async Task FailedAsync(ClientError error, Task begun)
    {
        var failed = await Assert.ThrowsAsync<ClientException>(async () => await begun.WaitAsync(AccountScene.Patience, Cancellation));
        Assert.Equal(error, failed.Error);
    }

    private DeviceLinking Linking(
        Fluister.Client.Store.ClientStore store, Func<ServiceRequest, Func<Task<ServiceResponse>>, Task<ServiceResponse>>? around)
    {
        var api = _scene.Nobody(around);
        return new DeviceLinking(store, api, new ProvisioningWait(api.Link), 6, TimeProvider.System, RandomSource.System);
    }

    private async Task<(AccountClient Laptop, AccountDevice Linked)> LinkAsync(AccountClient primary, string folder)
    {
        var shown = new TaskCompletionSource<string>();
        var linking = AccountClient.LinkAsync(_scene.Folder(folder), _scene.Key, Request, Show(shown), cancel: Cancellation);
        var linked = await primary.LinkDeviceAsync(await shown.Task.WaitAsync(AccountScene.Patience, Cancellation), Cancellation);
        return (await linking.WaitAsync(AccountScene.Patience, Cancellation), linked);
    }
}
