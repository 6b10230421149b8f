using System.Text.Json;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <summary>What became of a message to one person.</summary>
/// <param name="Recipient">The person.</param>
/// <param name="IsSent">The home server has it.</param>
/// <param name="Failure">Why it was given up; null where it was sent, or waits in the outbox.</param>
internal sealed record SendResult(ServiceId Recipient, bool IsSent, ClientException? Failure)
{
    private string Type => IsSent ? "SUCCESS" : Failure?.Error switch
    {
        null => "QUEUED",
        ClientError.NotFound => "UNREGISTERED_FAILURE",
        ClientError.UntrustedIdentity => "IDENTITY_FAILURE",
        ClientError.RateLimited or ClientError.Challenged => "RATE_LIMIT_FAILURE",
        _ => "NETWORK_FAILURE",
    };

    /// <summary>Writes the result of a request to send.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<SendResult> results, long timestamp, AccountClient client)
    {
        writer.WriteStartObject();
        writer.WriteNumber("timestamp", timestamp);
        writer.WriteStartArray("results");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("recipientAddress");
            writer.WriteString("uuid", result.Recipient.ToString());
            writer.WriteString("number", KnownPerson.Of(client, result.Recipient).Number);
            writer.WriteEndObject();
            writer.WriteString("type", result.Type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
