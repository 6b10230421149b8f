using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Federation;

/// <summary>Whether what another server says of itself, and has signed, can be worked with.</summary>
internal static class DescriptorCheck
{
    private const int LongestDomain = 253;

    // The version of the wire that this program speaks; one that came before versions were told speaks it too.
    private const int Version = 1;

    /// <summary>Where other servers ask it.</summary>
    public static string Url(DescriptorJson said) => said.Federation?.Url ?? said.Urls.Chat;

    /// <summary>Whether its domain is a name, and not one that looks like a server's tag, by which peers are named too; it speaks this
    /// version of the wire, its address is one of HTTPS without anything behind it, and its authority is a certificate.</summary>
    public static bool IsUsable(DescriptorJson said) =>
        said.Domain.Length <= LongestDomain
        && Ascii.IsValid(said.Domain)
        && Uri.CheckHostName(said.Domain) is UriHostNameType.Dns
        && !(said.Domain.Length == ServerTag.Bits / 4 && said.Domain.All(char.IsAsciiHexDigit))
        && said.Federation?.Versions.Contains(Version) != false
        && IsAddress(said.Urls.Chat)
        && IsAddress(Url(said))
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
