using Fluister.Client.Backups;
using Fluister.Client.Transport;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Json;

namespace Fluister.Client.Keys;

/// <summary>Keeps the server supplied with this device's pre-keys: looks at the start, once a day, and after many handshakes.</summary>
internal sealed class PreKeyUpkeep : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly PreKeyMaker _maker;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly SemaphoreSlim _one = new(1);
    private Task _work = Task.CompletedTask;
    private int _handshakes;

    /// <summary>Does nothing before <see cref="Start"/>.</summary>
    public PreKeyUpkeep(ClientContext context)
    {
        _context = context;
        _maker = new PreKeyMaker(context.Store, context.Clock, context.Random);
    }

    /// <summary>Begins.</summary>
    public void Start() => _work = Task.Run(RunAsync);

    /// <summary>Handshakes of others used up pre-keys.</summary>
    public void Used(int handshakes)
    {
        if (handshakes > 0 && Interlocked.Add(ref _handshakes, handshakes) >= ClientLimits.HandshakesUntilCheck)
        {
            Interlocked.Exchange(ref _handshakes, 0);
            Ask();
        }
    }

    /// <summary>Looks now, and publishes what is missing or due.</summary>
    /// <exception cref="ClientException">The server did not answer, or refused.</exception>
    public async Task CheckAsync(CancellationToken cancel)
    {
        // One at a time: what one publishes takes the place of what the other has.
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await CheckBothAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
        _asked.Dispose();
        _one.Dispose();
    }

    private async Task CheckBothAsync(CancellationToken cancel)
    {
        // A store that was restored from a backup: the server may give out keys that were made after it.
        var isRestored = _context.Store.Read(() => _context.Store.Items.Number(RestoredStore.RenewPreKeys)) is 1;
        await CheckAsync(ServiceIdKind.Aci, isRestored, cancel).ConfigureAwait(false);
        if (_context.Self.PniIdentity is not null)
        {
            await CheckAsync(ServiceIdKind.Pni, isRestored, cancel).ConfigureAwait(false);
        }

        if (isRestored)
        {
            _context.Store.Transact(() => _context.Store.Items.SetNumber(RestoredStore.RenewPreKeys, null));
        }
    }

    private void Ask()
    {
        try
        {
            _asked.Release();
        }
        catch (Exception settled) when (settled is SemaphoreFullException or ObjectDisposedException)
        {
            // A look is asked for already, or the client is closing.
        }
    }

    private async Task CheckAsync(ServiceIdKind ours, bool isRestored, CancellationToken cancel)
    {
        var identity = _context.Self.End(ours).Identity;
        var left = isRestored
            ? new KeyCountJson(0, 0)
            : await _context.Api.CountKeysAsync(ours, cancel).ConfigureAwait(false);
        var isRenewed = isRestored || !await AgreesAsync(ours, cancel).ConfigureAwait(false);
        var keys = new PublishKeysJson
        {
            PreKeys = left.Count < ClientLimits.FewPreKeys ? _maker.OneTime(ours) : null,
            PqPreKeys = left.PqCount < ClientLimits.FewPreKeys ? _maker.OneTimeKem(ours, identity) : null,
            SignedPreKey = isRenewed ? _maker.Signed(ours, identity) : _maker.DueSigned(ours, identity),
            PqLastResortPreKey = isRenewed ? _maker.LastResort(ours, identity) : _maker.DueLastResort(ours, identity),
        };
        if (keys is { PreKeys: null, PqPreKeys: null, SignedPreKey: null, PqLastResortPreKey: null })
        {
            return;
        }

        try
        {
            await _context.Api.PublishKeysAsync(ours, keys, cancel).ConfigureAwait(false);
        }
        catch (ClientException refused) when (refused.Error is ClientError.Refused or ClientError.RateLimited)
        {
            // Nobody will be given these, and the next look makes others: they are not to heap up.
            _context.Store.PreKeys.Remove(
                ours, (keys.PreKeys ?? []).Select(key => key.KeyId), (keys.PqPreKeys ?? []).Select(key => key.KeyId));
            throw;
        }

        _maker.Published(ours, keys.SignedPreKey, keys.PqLastResortPreKey);
        _context.Store.Transact(() => _context.Store.PreKeys.Prune(
            ours, _context.Clock.GetUtcNow() - ClientLimits.PreKeyKept, ClientLimits.OneTimePreKeysKept));
    }

    // A server that was restored from a backup has earlier keys, whose private parts may be gone.
    private async Task<bool> AgreesAsync(ServiceIdKind ours, CancellationToken cancel) =>
        _maker.PublishedDigest(ours, _context.Self.End(ours).Identity.Public) is not { } digest
        || await _context.Api.CheckKeysAsync(ours, digest, cancel).ConfigureAwait(false);

    private async Task RunAsync()
    {
        var backoff = new Backoff(_context.Random, ClientLimits.LongestPause, ClientLimits.PreKeyRetry);
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                await CheckAsync(_stop.Token).ConfigureAwait(false);
                backoff.Reset();
                pause = ClientLimits.PreKeyCheck;
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever is wrong with the server or the store: what is published still serves, and the next look is soon.
            catch (Exception)
#pragma warning restore CA1031
            {
                pause = backoff.Next();
            }

            await WaitAsync(pause).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan pause)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            var time = Task.Delay(pause, _context.Clock, ended.Token);
            await Task.WhenAny(time, _asked.WaitAsync(ended.Token)).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }
}
