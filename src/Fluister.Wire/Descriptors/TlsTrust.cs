using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Fluister.Wire.Descriptors;

/// <summary>Which certificate a home server must show: one of the authority that its descriptor names, or else the very key that it
/// names. No authority of the operating system counts.</summary>
public static class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>How certificates are checked that an authority has issued.</summary>
    /// <returns>None where the descriptor names no authority; then <see cref="Fits"/> tells.</returns>
    /// <exception cref="CryptographicException">What it names is no certificate.</exception>
    public static X509ChainPolicy? Policy(DescriptorTls tls) => tls.Authority is not { } authority ? null : new X509ChainPolicy
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509CertificateLoader.LoadCertificate(authority) },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { new Oid(ServerAuthentication) },
    };

    /// <summary>Whether a certificate has the very key that the descriptor names.</summary>
    public static bool Fits(DescriptorTls tls, X509Certificate2 leaf) => string.Equals(
        Convert.ToHexStringLower(SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo())),
        tls.Pin,
        StringComparison.OrdinalIgnoreCase);
}
