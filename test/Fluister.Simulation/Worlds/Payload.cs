using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

/// <summary>What stands for an encrypted message: it names its message and the one device that could read it.</summary>
/// <param name="Id">The message.</param>
/// <param name="Nonce">Random, so that no message is like another.</param>
/// <param name="To">The device.</param>
internal sealed record Payload(string Id, string Nonce, DeviceName To)
{
    /// <summary>Of the message, the same for all devices.</summary>
    public string Hash => HashOf(Id, Nonce);

    /// <summary>Of a message.</summary>
    public static string HashOf(string id, string nonce) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id} {nonce}")))[..16];

    /// <summary>Reads one; none where it is none.</summary>
    public static Payload? Read(ReadOnlySpan<byte> bytes)
    {
        var parts = Encoding.UTF8.GetString(bytes).Split('|');
        return parts is [var id, var nonce, var server, var account, var device, var registration]
            && int.TryParse(device, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(registration, CultureInfo.InvariantCulture, out var drawn)
            ? new Payload(id, nonce, new DeviceName(server, account, number, drawn))
            : null;
    }

    /// <summary>Its bytes.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes($"{Id}|{Nonce}|{To.Server}|{To.Account}|{To.Device}|{To.Registration}");
}
