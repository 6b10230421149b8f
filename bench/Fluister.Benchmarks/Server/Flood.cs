using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Benchmarks.Server;

/// <summary>A peer that floods one account with signed transactions, each from somebody else, and does not mind what is answered.</summary>
/// <param name="liar">Whose keys it has.</param>
/// <param name="target">The server that it floods.</param>
/// <param name="descriptor">What that says of itself, signed.</param>
/// <param name="account">The account.</param>
internal sealed class Flood(DataFolder liar, DataFolder target, byte[] descriptor, Guid account) : IAsyncDisposable
{
    /// <summary>Requests a second: as many as a peer may send.</summary>
    public static readonly int PerSecond = (int)(TimeSpan.FromSeconds(1) / ServerLimits.PeerRequests.Refill);

    private const int AtOnce = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _end = new();
    private Task _running = Task.CompletedTask;
    private long _answered;

    /// <summary>Requests that were answered, whatever the answer said.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Begins; it ends when it is disposed of.</summary>
    public Flood Start()
    {
        _running = Task.Run(RunAsync);
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
#pragma warning disable VSTHRD003 // Begun by Start, on the pool.
        await _running;
#pragma warning restore VSTHRD003
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        var identity = liar.ReadIdentity();
        var genesis = target.ReadIdentity().Genesis.Public;
        var said = SignedDescriptor.Read(descriptor, genesis)!;
        var peer = new Peer
        {
            Tag = target.ReadIdentity().Tag,
            Genesis = genesis,
            Key = SignedDescriptor.CurrentKey(said),
            State = PeerState.Allow,
            Said = said,
            Signed = descriptor,
        };
        using var client = new PeerClient(
            identity, TimeProvider.System, RandomSource.System, to => PeerTransport.To(to, onlyPublic: false));
        using var places = new SemaphoreSlim(AtOnce);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var (start, sent) = (TimeProvider.System.GetTimestamp(), 0L);
        var asking = new List<Task>();
        while (!_end.IsCancellationRequested)
        {
            await clock.WaitForNextTickAsync();
            for (var due = (long)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * PerSecond); sent < due; sent++)
            {
                await places.WaitAsync();
                asking.RemoveAll(task => task.IsCompleted);
                asking.Add(AskAsync(client, peer, Transaction(identity, (ulong)sent), places));
            }
        }

        await Task.WhenAll(asking);
    }

    private async Task AskAsync(PeerClient client, Peer peer, Transaction transaction, SemaphoreSlim places)
    {
        try
        {
            await client.AskAsync<TransactionResponse>(peer, "transactions", transaction, Patience, CancellationToken.None);
            Interlocked.Increment(ref _answered);
        }
        catch (PeerException)
        {
            // Refused: that is an answer too.
            Interlocked.Increment(ref _answered);
        }
        finally
        {
            places.Release();
        }
    }

    private Transaction Transaction(ServerIdentity identity, ulong number) => new()
    {
        Items =
        {
            new Item
            {
                Number = ((ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 20) + (number & 0xFFFFF),
                Account = Id(account),
                Message = new Message
                {
                    Source = Id(identity.Tag.Mint(RandomSource.System)),
                    SourceDevice = 1,
                    Timestamp = number,
                    Parts =
                    {
                        new Message.Types.Part
                        {
                            Device = 1,
                            RegistrationId = BenchAccounts.RegistrationId,
                            Type = 1,
                            Content = ByteString.CopyFrom(new byte[1024]),
                        },
                    },
                },
            },
        },
    };

    private static ByteString Id(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));
}
