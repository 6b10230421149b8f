using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>Learns what people call themselves before their first message is shown: its profile key opens their profile.</summary>
internal sealed class Introductions(AccountClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<ServiceId> _asked = [];

    /// <summary>Waits a little for the profile of who sent something, where it is not known yet; at most once for each person.</summary>
    public async Task MakeAsync(ClientEvent happened, CancellationToken cancel)
    {
        if (happened is not ContentReceived { Sender: var sender } || sender == client.Self.Aci || IsNamed(sender) || !_asked.Add(sender))
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            await client.FetchProfileAsync(sender, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ClientException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // Then the id stands for the name.
        }
    }

    private bool IsNamed(ServiceId person) => client.Contact(person) is { Name: not null } or { ProfileName: not null };
}
