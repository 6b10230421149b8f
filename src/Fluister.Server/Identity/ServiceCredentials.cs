using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Server.Identity;

/// <summary>Credentials for a service beside the chat: a name, a time, and the server's HMAC of both. Nothing is kept of them.</summary>
/// <remarks>"name:seconds:hmac" is the form of Signal's, which clients hand on without looking into it.</remarks>
/// <param name="key">The server's secret.</param>
/// <param name="service">The service that they are for; good for no other.</param>
/// <param name="age">How long they are good.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceCredentials(byte[] key, string service, TimeSpan age, TimeProvider time)
{
    /// <summary>A password for a name.</summary>
    public string Issue(string name)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"{name}:{time.GetUtcNow().ToUnixTimeSeconds()}");
        return $"{signed}:{Hash(signed)}";
    }

    /// <summary>Whether a password was issued for a name, and not too long ago.</summary>
    public bool Check(string name, string password) => Name(password) == name;

    /// <summary>The name that a password was issued for, not too long ago; or none.</summary>
    public string? Name(string password)
    {
        var end = password.LastIndexOf(':');
        if (end < 0 || !CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(password[(end + 1)..]), Encoding.UTF8.GetBytes(Hash(password[..end]))))
        {
            return null;
        }

        var colon = password.LastIndexOf(':', end - 1);
        var seconds = long.Parse(password.AsSpan(colon + 1, end - colon - 1), CultureInfo.InvariantCulture);
        var issued = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return (time.GetUtcNow() - issued).Duration() < age ? password[..colon] : null;
    }

    private string Hash(string signed) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{service} credential\0{signed}")));
}
