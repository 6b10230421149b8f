using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <summary>Something that was received, as programs are told of it.</summary>
/// <param name="members">Writes the members envelope and account.</param>
internal sealed class RpcNotification(Action<Utf8JsonWriter> members)
{
    private byte[]? _plain;

    /// <summary>As it goes to programs that did not ask for it.</summary>
    public byte[] Plain => _plain ??= RpcText.Line(writer =>
    {
        writer.WriteString("method", "receive");
        writer.WriteStartObject("params");
        members(writer);
        writer.WriteEndObject();
    });

    /// <summary>As it goes to a subscription.</summary>
    public byte[] Numbered(long subscription) => RpcText.Line(writer =>
    {
        writer.WriteString("method", "receive");
        writer.WriteStartObject("params");
        writer.WriteNumber("subscription", subscription);
        writer.WriteStartObject("result");
        members(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
