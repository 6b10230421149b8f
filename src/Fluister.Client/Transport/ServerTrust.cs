using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Transport;

/// <summary>TLS to a home server, with the certificate that its descriptor tells of.</summary>
internal static class ServerTrust
{
    /// <summary>For connections to a server.</summary>
    public static SslClientAuthenticationOptions Of(HomeServerDescriptor server)
    {
        var tls = server.Said.Tls;
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (TlsTrust.Policy(tls) is { } policy)
        {
            options.CertificateChainPolicy = policy;
        }
        else
        {
            options.RemoteCertificateValidationCallback = (_, given, _, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                && given is X509Certificate2 leaf
                && TlsTrust.Fits(tls, leaf);
        }

        return options;
    }

    /// <summary>For fetching a descriptor, which its signature vouches for and no certificate.</summary>
    public static SslClientAuthenticationOptions Anybody { get; } = new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning disable CA5359 // The one place: what is fetched is believed for its signature alone.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    /// <summary>Reads an authority's certificate.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static X509Certificate2 Read(byte[] authority) => X509CertificateLoader.LoadCertificate(authority);
}
