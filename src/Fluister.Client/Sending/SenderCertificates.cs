using Fluister.Protocol;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Sending;

/// <summary>This device's sender certificate: fetched, kept in the store, and renewed before it expires.</summary>
internal sealed class SenderCertificates(ClientContext context) : IDisposable
{
    private const string Item = "senderCertificate";

    private readonly SemaphoreSlim _one = new(1);
    private SenderCertificate? _current;

    /// <summary>A certificate that holds for a while; null where the server gives none that fits, so that nothing can be sealed.</summary>
    /// <exception cref="ClientException">The server cannot be reached, or knows this device no more.</exception>
    public async ValueTask<SenderCertificate?> GetAsync(CancellationToken cancel)
    {
        if (Holds(_current))
        {
            return _current;
        }

        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return Holds(_current) ? _current : _current = Stored() ?? await FetchAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => _one.Dispose();

    private bool Holds(SenderCertificate? certificate) =>
        certificate is not null
        && certificate.Sender == context.Self.End(Protocol.Addresses.ServiceIdKind.Aci).Address
        && certificate.Identity.Key.Equals(context.Self.AciIdentity.Public.Key)
        && certificate.Expires - ClientLimits.CertificateRenewal > context.Clock.GetUtcNow();

    private SenderCertificate? Stored()
    {
        var bytes = context.Store.Read(() => context.Store.Items.Bytes(Item));
        return bytes is null ? null : Read(bytes);
    }

    private async Task<SenderCertificate?> FetchAsync(CancellationToken cancel)
    {
        byte[] bytes;
        try
        {
            bytes = await context.Api.SenderCertificateAsync(cancel).ConfigureAwait(false);
        }
        catch (ClientException refused) when (refused.Error is ClientError.Refused or ClientError.Malformed)
        {
            return null;
        }

        if (Read(bytes) is not { } fetched)
        {
            return null;
        }

        context.Store.Transact(() => context.Store.Items.SetBytes(Item, bytes));
        return fetched;
    }

    private SenderCertificate? Read(byte[] bytes)
    {
        try
        {
            var certificate = SenderCertificate.Read(bytes);
            return Holds(certificate) ? certificate : null;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }
}
