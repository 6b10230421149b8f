using System.Security.Authentication;

namespace Fluister.Client.Transport;

/// <summary>Ends a transfer that does not get on, and says in one way what went wrong with it.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _cancel;

    /// <summary>Begins to watch.</summary>
    public StallGuard(TimeProvider clock, CancellationToken cancel)
    {
        _cancel = cancel;
        _stalled = new CancellationTokenSource(ClientLimits.TransferStall, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stalled.Token);
    }

    /// <summary>For the transfer.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Something has come, or gone.</summary>
    public void GotOn() => _stalled.CancelAfter(ClientLimits.TransferStall);

    /// <summary>Runs a part of the transfer.</summary>
    /// <exception cref="ClientException">Unreachable, UntrustedServer; what the part itself throws.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> part)
    {
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException
            || (failed is OperationCanceledException && !_cancel.IsCancellationRequested))
        {
            throw Innermost<ClientException>(failed) ?? (Innermost<AuthenticationException>(failed) is null
                ? new ClientException(ClientError.Unreachable, "The connection for a file was lost. Try again.", failed)
                : new ClientException(
                    ClientError.UntrustedServer, "The server that answers is not the home server. Try another network.", failed));
        }
    }

    /// <summary>Watches no more.</summary>
    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }

    private static T? Innermost<T>(Exception? failed)
        where T : Exception => failed is null ? null : failed as T ?? Innermost<T>(failed.InnerException);
}
