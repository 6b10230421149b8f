using System.Diagnostics.CodeAnalysis;
using Fluister.Protocol.Usernames;

namespace Fluister.Client.Contacts;

/// <summary>A username, and the home server whose it is: anna.42, or anna.42@chat.example.org.</summary>
/// <param name="Name">The username.</param>
/// <param name="Domain">The home server's name in small letters; null where none was said: then the own one's comes first.</param>
internal sealed record UsernameAddress(Username Name, string? Domain)
{
    // RFC 1035, section 2.3.4, as it is written.
    private const int LongestDomain = 253;

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out UsernameAddress? address)
    {
        var at = text.LastIndexOf('@');
        var domain = at < 0 ? null : text[(at + 1)..].ToLowerInvariant();
        address = Username.TryParse(at < 0 ? text : text[..at], out var name, out _)
            && (domain is null || (domain.Length <= LongestDomain && Uri.CheckHostName(domain) == UriHostNameType.Dns))
                ? new UsernameAddress(name, domain)
                : null;
        return address is not null;
    }

    /// <summary>As people write it.</summary>
    public override string ToString() => Domain is null ? Name.ToString() : $"{Name}@{Domain}";
}
