using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Protocol.Profiles;

namespace Fluister.Simulation.Network;

/// <summary>Registers the people of a process, and links their second devices.</summary>
internal static class Enrolment
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Registers somebody.</summary>
    /// <param name="planned">Who.</param>
    /// <param name="invite">An invite of the home.</param>
    /// <param name="folders">Where each device keeps its store, primary first.</param>
    /// <returns>The account's id, and its clients, which are connected.</returns>
    public static async Task<(Person Person, IReadOnlyList<AccountClient> Clients)> EnrolAsync(
        PlannedPerson planned, string invite, IReadOnlyList<string> folders)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var key = Member.Key();
        var name = $"P{planned.Account}";
        var request = new RegisterRequest { Invite = invite, Name = new ProfileName(name), DeviceName = name };
        var primary = await WithLimitsAsync(
            () => AccountClient.RegisterAsync(Made(folders[0]), key, request, cancel: patience.Token),
                patience.Token).ConfigureAwait(false);
        var person = new Person(planned.Account, planned.Server, primary.Self.Aci.Uuid, folders.Count,
            planned.IsLight ? (int)primary.Self.RegistrationId : 0);
        if (folders.Count == 1)
        {
            return (person, [primary]);
        }

        // Linking needs the primary's connection, and nobody has written yet.
        primary.Connect(receive: true);
        var linked = await WithLimitsAsync(
            () => LinkAsync(primary, invite, Made(folders[1]), patience.Token), patience.Token).ConfigureAwait(false);
        await primary.DisposeAsync().ConfigureAwait(false);
        return (person, [AccountClient.Open(folders[0], key), linked]);
    }

    /// <summary>Hundreds register from one address: a server that says when to come again is obeyed, as a person would.</summary>
    private static async Task<AccountClient> WithLimitsAsync(Func<Task<AccountClient>> work, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (ClientException limited) when (limited is { Error: ClientError.RateLimited, RetryAfter: { } wait })
            {
                await Task.Delay(wait, cancel).ConfigureAwait(false);
            }
        }
    }

    private static string Made(string folder) => Directory.CreateDirectory(folder).FullName;

    private static async Task<AccountClient> LinkAsync(
        AccountClient primary, string invite, string folder, CancellationToken cancel)
    {
        using var key = Member.Key();
        var shown = new TaskCompletionSource<string>();
        var request = new LinkRequest { Server = invite.Split('#')[0], DeviceName = "second" };
        var linking = AccountClient.LinkAsync(
            folder,
            key,
            request,
            url =>
            {
                shown.TrySetResult(url);
                return Task.CompletedTask;
            },
            cancel: cancel);
        var first = await Task.WhenAny(linking, shown.Task).ConfigureAwait(false);
        if (first == shown.Task)
        {
            await primary.LinkDeviceAsync(await shown.Task.ConfigureAwait(false), cancel).ConfigureAwait(false);
        }

        return await linking.ConfigureAwait(false);
    }
}
