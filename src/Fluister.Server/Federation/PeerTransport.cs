using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>How peers are reached over the network: TLS 1.3 alone, no redirect, no cookie, no compression, bounded headers.
/// A proxy only where the environment names one, and it sees nothing: what it hands on is TLS with the peer's own certificate.</summary>
internal static class PeerTransport
{
    /// <summary>Reaches a peer, which must show the certificate that its descriptor tells of.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="onlyPublic">Not at an address of this machine, or of its own network.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The descriptor's authority is no certificate.</exception>
    public static SocketsHttpHandler To(Peer peer, bool onlyPublic)
    {
        var tls = peer.Said.Tls;
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (TlsTrust.Policy(tls) is { } policy)
        {
            options.CertificateChainPolicy = policy;
        }
        else
        {
            options.RemoteCertificateValidationCallback = (_, given, _, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                && given is X509Certificate2 leaf && TlsTrust.Fits(tls, leaf);
        }

        return Make(options, onlyPublic);
    }

    /// <summary>Reaches whoever answers, for fetching a descriptor, which its signature vouches for and no certificate.</summary>
    public static SocketsHttpHandler ToAnybody(bool onlyPublic) => Make(
        new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning disable CA5359 // The one place: what is fetched is believed for its signature alone.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        },
        onlyPublic);

    private static SocketsHttpHandler Make(SslClientAuthenticationOptions tls, bool onlyPublic) => new()
    {
        ConnectCallback = onlyPublic ? PublicAddress.ConnectAsync : null,
        SslOptions = tls,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ServerLimits.PeerConnect,
        MaxResponseHeadersLength = ServerLimits.PeerAnswerHeaders,
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = ServerLimits.PeerIdle,
        PooledConnectionLifetime = ServerLimits.PeerConnectionAge,
        KeepAlivePingDelay = ServerLimits.PeerSilence,
        KeepAlivePingTimeout = ServerLimits.PeerSilence,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
