using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Fluister.Client.Transport;

/// <summary>Which certificate a home server must show: one of the authority that its descriptor names, or else the very key that it
/// names. No authority of the operating system counts.</summary>
internal static class ServerTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>For connections to a server.</summary>
    public static SslClientAuthenticationOptions Of(HomeServerDescriptor server)
    {
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (server.Said.Tls.Authority is { } authority)
        {
            options.CertificateChainPolicy = Policy(authority);
        }
        else
        {
            var pin = server.Said.Tls.Pin;
            options.RemoteCertificateValidationCallback = (_, given, _, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && given is X509Certificate2 leaf && Fits(leaf, pin);
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

    private static X509ChainPolicy Policy(byte[] authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { Read(authority) },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { new Oid(ServerAuthentication) },
    };

    private static bool Fits(X509Certificate2 leaf, string pin) => string.Equals(
        Convert.ToHexStringLower(SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo())), pin, StringComparison.OrdinalIgnoreCase);
}
