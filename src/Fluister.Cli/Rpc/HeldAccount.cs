using System.Collections.Immutable;
using System.Threading.Channels;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <summary>An account that the daemon has open: it takes the account's events, and tells of them whoever wants to know.</summary>
/// <param name="name">Its name on this computer.</param>
/// <param name="self">Who it is.</param>
/// <param name="events">What happens.</param>
/// <param name="find">What is known of a person.</param>
/// <param name="client">The open account; null in tests of what needs none.</param>
internal sealed class HeldAccount(
    string name, Self self, ChannelReader<ClientEvent> events, Func<ServiceId, KnownPerson> find, AccountClient? client)
{
    private ImmutableArray<RpcSubscriptions> _subscribers = [];

    /// <summary>An open account.</summary>
    public HeldAccount(string name, AccountClient client)
        : this(name, client.Self, client.Events, id => KnownPerson.Of(client, id), client)
    {
    }

    /// <summary>Its name on this computer.</summary>
    public string Name => name;

    /// <summary>Who it is.</summary>
    public Self Self => self;

    /// <summary>The open account.</summary>
    public AccountClient Client => client ?? throw new InvalidOperationException();

    /// <summary>Whether a text names it: its id, its number, its name on this computer.</summary>
    public bool Is(string text) => text == self.Aci.ToString() || text == name || text == self.Number;

    /// <summary>Has somebody told of what is received.</summary>
    public void Add(RpcSubscriptions subscriber) => ImmutableInterlocked.Update(
        ref _subscribers, all => all.Contains(subscriber) ? all : all.Add(subscriber));

    /// <summary>Ends that.</summary>
    public void Remove(RpcSubscriptions subscriber) => ImmutableInterlocked.Update(ref _subscribers, all => all.Remove(subscriber));

    /// <summary>Takes events until the account is closed. Why the home server cannot be had is told on standard error.</summary>
    /// <exception cref="ClientException">Unlinked, InUse, Refused: it will not be connected any more.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        ClientError? told = null;
        await foreach (var happened in events.ReadAllAsync(cancel))
        {
            if (happened is ConnectionChanged { Cause: var cause })
            {
                if (cause is { Error: ClientError.Unlinked or ClientError.InUse or ClientError.Refused })
                {
                    throw cause;
                }

                // Once, however often it is tried.
                if (cause is not null && cause.Error != told)
                {
                    await Console.Error.WriteLineAsync($"fluister: {Terminal.Clean($"{name}: {cause.Message}")}");
                }

                told = cause?.Error;
            }
            else if (_subscribers is { IsEmpty: false } subscribers && EnvelopeJson.IsEnvelope(happened))
            {
                var notification = new RpcNotification(writer => EnvelopeJson.Write(writer, happened, self, find));
                foreach (var subscriber in subscribers)
                {
                    subscriber.Tell(this, notification);
                }
            }
        }
    }

    /// <summary>Waits until a message is at the home server or was given up.</summary>
    /// <returns>What became of it.</returns>
    public async Task<SendResult> SentAsync(ServiceId recipient, long timestamp, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RpcLimits.SendWait);
        try
        {
            await Client.SentAsync(recipient, timestamp, limit.Token);
            return new SendResult(recipient, IsSent: true, null);
        }
        catch (ClientException e)
        {
            return new SendResult(recipient, IsSent: false, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SendResult(recipient, IsSent: false, null);
        }
    }
}
