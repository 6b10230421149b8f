using Fluister.Client.Transport;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Accounts;

/// <summary>Finds the home server that somebody means.</summary>
internal static class NamedServer
{
    /// <summary>Asks the server that an invite leads to, or that somebody names with its key's fingerprint, what it says of
    /// itself.</summary>
    /// <param name="address">An invite's link; or https://HOST:PORT with a fingerprint.</param>
    /// <param name="fingerprint">64 hexadecimal digits; null for a link, which has the key in it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ClientException">BadInput, Unreachable, UntrustedServer, Malformed.</exception>
    public static Task<HomeServerDescriptor> FetchAsync(string address, string? fingerprint, TimeProvider clock, CancellationToken cancel)
    {
        if (InviteLink.TryParse(address, out var link))
        {
            return DescriptorFetch.FetchAsync(link, clock, cancel);
        }

        return fingerprint is not null && Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri)
            ? DescriptorFetch.FetchAsync(uri, fingerprint, clock, cancel)
            : throw new ClientException(
                ClientError.BadInput,
                "That is neither an invite's link (fluister://HOST:PORT/?key=KEY#TOKEN.CODE) nor an address (https://HOST:PORT) with the "
                + "fingerprint of the server's key.");
    }
}
