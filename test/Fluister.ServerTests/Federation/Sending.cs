using System.Text;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Federation;

/// <summary>Messages as clients send them with JSON.</summary>
internal static class Sending
{
    /// <summary>A message for devices, by their ids and the numbers that they drew.</summary>
    public static byte[] Body(params (int Device, int RegistrationId)[] devices) => Body(3, false, 1, devices);

    /// <summary>A message for devices.</summary>
    public static byte[] Body(int bytes, bool online, int type, params (int Device, int RegistrationId)[] devices)
    {
        var content = Convert.ToBase64String(new byte[bytes]);
        var messages = devices.Select(device =>
            $$"""{"type":{{type}},"destinationDeviceId":{{device.Device}},"destinationRegistrationId":{{device.RegistrationId}}"""
                + $$""","content":"{{content}}"}""");
        var isOnline = online ? "true" : "false";
        return Encoding.UTF8.GetBytes($$"""{"messages":[{{string.Join(',', messages)}}],"timestamp":5,"online":{{isOnline}}}""");
    }

    /// <summary>A sealed message for devices.</summary>
    public static byte[] Sealed(params (int Device, int RegistrationId)[] devices) => Body(3, false, 6, devices);

    /// <summary>The header of an access key.</summary>
    public static (string Name, string Value) Key(byte[] key) => ("Unidentified-Access-Key", Convert.ToBase64String(key));

    /// <summary>Sends, as somebody or with a header.</summary>
    public static async Task<(int Status, string Body)> SendAsync(
        TestServer server, string to, byte[] body, Caller? caller = null, params (string Name, string Value)[] headers)
    {
        var response = await server.AskAsync("PUT", $"/v1/messages/{to}", caller, body, headers: headers);
        return (response.Status, Encoding.UTF8.GetString(response.Body.Span));
    }
}
