using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Transport;

/// <summary>As whom a device connects.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Device">The device.</param>
/// <param name="Password">Its password, text in UTF-8; it stays its owner's.</param>
internal sealed record LinkIdentity(ServiceId Account, int Device, Secret Password)
{
    /// <summary>As whom a registered or linked device connects.</summary>
    public static LinkIdentity Of(Self self) => new(self.Aci, self.Device, self.Password);

    /// <summary>The header: the account's id, a dot, the device's number; the password.</summary>
    public string Authorization =>
        Basic($"{Account}.{Device}", Encoding.UTF8.GetString(Password.Reveal()));

    /// <summary>A header of HTTP's scheme Basic (RFC 7617).</summary>
    public static string Basic(string name, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));
}
