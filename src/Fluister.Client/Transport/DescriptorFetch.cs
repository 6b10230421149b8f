using System.Security.Authentication;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Transport;

/// <summary>Fetches a server's descriptor. Any certificate will do for that: the signature says whose the descriptor is, and the
/// descriptor which authority to trust from then on.</summary>
public static class DescriptorFetch
{
    /// <summary>Of the server that an invite leads to.</summary>
    /// <exception cref="ClientException">Unreachable, UntrustedServer, Malformed.</exception>
    public static async Task<HomeServerDescriptor> FetchAsync(InviteLink invite, TimeProvider clock, CancellationToken cancel) =>
        HomeServerDescriptor.ReadNow(
            await DownloadAsync(invite.Server, cancel).ConfigureAwait(false), invite.Key, clock.GetUtcNow());

    /// <summary>Of the server at an address, whose key must have a fingerprint (64 hexadecimal digits).</summary>
    /// <exception cref="ClientException">Unreachable, UntrustedServer, Malformed.</exception>
    public static async Task<HomeServerDescriptor> FetchAsync(
        Uri server, string fingerprint, TimeProvider clock, CancellationToken cancel)
    {
        if (server.Scheme != Uri.UriSchemeHttps)
        {
            throw new ClientException(ClientError.BadInput, "The server's address must begin with https://.");
        }

        var signed = await DownloadAsync(server, cancel).ConfigureAwait(false);
        return SignedDescriptor.ReadClaimedKey(signed) is { } claimed && Fingerprint.Fits(fingerprint, claimed)
            ? HomeServerDescriptor.ReadNow(signed, claimed, clock.GetUtcNow())
            : throw new ClientException(
                ClientError.UntrustedServer,
                "The server that answers does not have the key of that fingerprint. Compare the fingerprint with who runs the server "
                + "(`fluister-server keys show` prints it).");
    }

    /// <summary>Whether a server that shows another certificate than was agreed has signed a later descriptor, which says so.</summary>
    /// <returns>That, or none.</returns>
    internal static async Task<HomeServerDescriptor?> FetchLaterAsync(
        HomeServerDescriptor known, TimeProvider clock, CancellationToken cancel)
    {
        try
        {
            return known.ReadLater(await DownloadAsync(known.Chat, cancel).ConfigureAwait(false), clock.GetUtcNow());
        }
        catch (ClientException)
        {
            return null;
        }
    }

    private static async Task<byte[]> DownloadAsync(Uri server, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = ServerTrust.Anybody,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ClientLimits.ConnectTime,
        };
        using var client = new HttpClient(handler)
        {
            MaxResponseContentBufferSize = ClientLimits.DescriptorBytes,
            Timeout = ClientLimits.AnswerTime,
        };
        try
        {
            return await client.GetByteArrayAsync(new Uri(server, SignedDescriptor.Path), cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is HttpRequestException or AuthenticationException or IOException
            || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ClientException(
                ClientError.Unreachable,
                $"No home server's descriptor could be fetched from {server.Authority}. Check the address, and whether the server runs.",
                failed);
        }
    }
}
