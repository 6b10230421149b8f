using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Fluister.InteropTests.Server;

/// <summary>What tests of messages say again and again.</summary>
internal static class Talk
{
    /// <summary>Keeps typed calls on REST over the WebSocket where there is HTTP/2.</summary>
    public static IReadOnlyDictionary<string, string> RestOnly { get; } = new Dictionary<string, string>
    {
        ["grpc.MessagesSendMessage"] = "ws",
        ["grpc.MessagesAnonymousSendSingleRecipientMessage"] = "ws",
        ["grpc.MessagesAnonymousSendMultiRecipientMessage.2"] = "ws",
        ["grpc.AccountsAnonymousCheckAccountExistence.2"] = "ws",
    };

    /// <summary>The body of a send to one device.</summary>
    public static string Body(
        int registrationId, byte[] content, int type = 1, int device = 1, long timestamp = 1_700_000_000_000, bool online = false) =>
        Body([(device, registrationId, content)], type, timestamp, online);

    /// <summary>The body of a send to devices.</summary>
    public static string Body(
        IEnumerable<(int Device, int RegistrationId, byte[] Content)> parts, int type = 1, long timestamp = 1_700_000_000_000,
            bool online = false)
    {
        var messages = parts.Select(part => new
        {
            type,
            destinationDeviceId = part.Device,
            destinationRegistrationId = part.RegistrationId,
            content = Convert.ToBase64String(part.Content),
        });
        return JsonSerializer.Serialize(new { messages, online, urgent = true, timestamp });
    }

    /// <summary>Text that says which message it is.</summary>
    public static byte[] Text(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The header of a sealed send.</summary>
    public static IReadOnlyDictionary<string, string> WithKey(byte[] accessKey) =>
        new Dictionary<string, string> { ["unidentified-access-key"] = Convert.ToBase64String(accessKey) };

    /// <summary>Fetches a device's bundle without saying who asks, and begins a session.</summary>
    public static void Meet(OfficialAccount from, OfficialAccount to, OfficialChat anonymous)
    {
        var keys = anonymous.Call("getPreKeys", new
        {
            target = new { serviceId = to.Aci },
            auth = new { accessKey = to.AccessKey },
            device = new { deviceId = 1 },
        });
        from.Begin(to.Aci, 1, keys.GetProperty("bundles")[0]);
    }

    /// <summary>Sends a text in the session with a device, by the typed function, and gives what was encrypted.</summary>
    public static byte[] Send(OfficialChat chat, OfficialAccount from, OfficialAccount to, string text, long timestamp)
    {
        var (_, bytes, kept) = from.Encrypt(to.Aci, 1, Encoding.UTF8.GetBytes(text));
        chat.Call("sendMessage", new
        {
            destination = new { serviceId = to.Aci },
            timestamp,
            contents = new[] { new { deviceId = 1, registrationId = to.RegistrationId, contents = new { ciphertext = kept } } },
            onlineOnly = false,
            urgent = true,
        });
        return bytes;
    }

    /// <summary>What a received message says.</summary>
    public static string Read(OfficialAccount reader, OfficialAccount sender, byte[] content) =>
        Encoding.UTF8.GetString(reader.Decrypt(sender.Aci, 1, content));
}
