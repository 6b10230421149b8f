using Fluister.Archive.Accounts;
using Fluister.Client.Contacts;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Accounts;

/// <summary>An account's folder on this computer before there is an account in it: its store, its home server, and a connection of
/// nobody.</summary>
internal static class NewAccount
{
    /// <summary>Registers into a folder; where that was begun, or even done, before, goes on.</summary>
    public static Task RegisterAsync(
        string folder, Secret key, RegisterRequest request, TimeProvider clock, RandomSource random, CancellationToken cancel) =>
        InStoreAsync(folder, key, async store =>
        {
            if (Self(store) is { } known)
            {
                known.Dispose();
                return;
            }

            var (token, code) = Invite(request);
            var link = await ConnectAsync(store, request.Server ?? request.Invite, request.Fingerprint, clock, random, cancel)
                .ConfigureAwait(false);
            await using var _ = link.ConfigureAwait(false);
            var registration = new AccountRegistration(store, new HomeServerApi(link), link.Server.ZkParams, clock, random);
            using var self = await registration.RunAsync(token, code, request.Number, request.DeviceName, cancel).ConfigureAwait(false);
            if (request.Name is { } name)
            {
                store.Transact(() => Profiles.Change(store, self.Aci, new OwnProfile { Name = name }));
            }
        });

    /// <summary>Becomes a device of an account; where that was begun, or even done, before, goes on.</summary>
    public static Task LinkAsync(
        string folder, Secret key, LinkRequest request, Func<string, Task> show, TimeProvider clock, RandomSource random,
        CancellationToken cancel) => InStoreAsync(folder, key, async store =>
    {
        if (Self(store) is { } known)
        {
            known.Dispose();
            return;
        }

        var link = await ConnectAsync(store, request.Server, request.Fingerprint, clock, random, cancel).ConfigureAwait(false);
        await using var _ = link.ConfigureAwait(false);
        var linking = new DeviceLinking(
            store, new HomeServerApi(link), new ProvisioningWait(link), link.Server.Said.Limits.Devices, clock, random);
        using var self = await linking.RunAsync(request.DeviceName, show, cancel).ConfigureAwait(false);
    });

    private static async Task InStoreAsync(string path, Secret key, Func<ClientStore, Task> work)
    {
        var folder = AccountFolder.At(path);
        using var held = folder.TryLock() ?? throw new ClientException(
            ClientError.InUse, $"Account \"{folder.Name}\" is open in another program, perhaps its daemon. End that first.");
        if (!folder.HasStore)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.Database)!);
        }

        using var store = folder.HasStore ? ClientStore.Open(folder.Database, key) : ClientStore.Create(folder.Database, key);
        await work(store).ConfigureAwait(false);
    }

    private static Self? Self(ClientStore store) => store.Read(() => store.Items.Self());

    // The server is known from the first time on, and nothing that was begun with one goes on with another.
    private static async Task<HomeServerLink> ConnectAsync(
        ClientStore store, string address, string? fingerprint, TimeProvider clock, RandomSource random, CancellationToken cancel)
    {
        var server = await NamedServer.FetchAsync(address, fingerprint, clock, cancel).ConfigureAwait(false);
        store.Transact(() =>
        {
            var known = HomeServerDescriptor.Load(store.Items);
            if (known is not null && !known.Genesis.Equals(server.Genesis) && PendingAccount.Load(store.Items) is not null)
            {
                throw RegistrationRefusal.BegunOtherwise();
            }

            // Whoever stands in between can show an earlier one, with an authority that is not trusted any more.
            if (known is not null && known.Genesis.Equals(server.Genesis) && known.Said.Sequence > server.Said.Sequence)
            {
                server = known;
            }

            server.Save(store.Items);
        });
        var link = new HomeServerLink(server, null, clock, random);
        link.Start(withMessages: false);
        return link;
    }

    private static (string Token, string Code) Invite(RegisterRequest request)
    {
        if (InviteLink.TryParse(request.Invite, out var link))
        {
            return link is { Token: { } token, Code: { } code } ? (token, code) : throw NoInvite();
        }

        return request.Server is not null && request.Invite.Trim().Split('.') is [{ Length: > 0 } first, { Length: > 0 } second]
            ? (first, second)
            : throw NoInvite();
    }

    private static ClientException NoInvite() => new(
        ClientError.BadInput,
        "That is no invite. It looks like fluister://HOST:PORT/?key=KEY#TOKEN.CODE, or, with the server's address and fingerprint, like "
        + "TOKEN.CODE.");
}
