using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>Whether what another server says of itself, and has signed, can be worked with.</summary>
internal static class DescriptorCheck
{
    private const int LongestDomain = 253;

    /// <summary>Whether its domain is a name, its address one of HTTPS without anything behind it, and its authority a
    /// certificate.</summary>
    public static bool IsUsable(DescriptorJson said) =>
        said.Domain.Length <= LongestDomain
        && Uri.CheckHostName(said.Domain) is UriHostNameType.Dns
        && IsAddress(said.Urls.Chat)
        && (said.Federation is null || IsAddress(said.Federation.Url))
        && IsCertificate(said.Tls.Authority);

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "https", PathAndQuery: "/", UserInfo: "", Fragment: "" };

    private static bool IsCertificate(byte[]? authority)
    {
        try
        {
            using var read = authority is null ? null : X509CertificateLoader.LoadCertificate(authority);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
