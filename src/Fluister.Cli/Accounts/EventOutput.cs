using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.Cli.Rpc;
using Fluister.Client;

namespace Fluister.Cli.Accounts;

/// <summary>Events on standard output as they happen: lines of text, or JSON Lines.</summary>
internal sealed class EventOutput : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly AccountClient _client;
    private readonly EventText? _text;
    private readonly Stream _output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);

    /// <param name="client">Whose events.</param>
    /// <param name="text">How they are told; null for JSON.</param>
    public EventOutput(AccountClient client, EventText? text) => (_client, _text) = (client, text);

    /// <summary>Prints an event, where it is one to be told.</summary>
    public void Write(ClientEvent happened)
    {
        if (_text is not null)
        {
            if (_text.Of(happened) is { } line)
            {
                _output.Write(Encoding.UTF8.GetBytes(line));
                End();
            }

            return;
        }

        if (!EnvelopeJson.IsEnvelope(happened))
        {
            return;
        }

        using (var writer = new Utf8JsonWriter(_output, Options))
        {
            writer.WriteStartObject();
            EnvelopeJson.Write(writer, happened, _client);
            writer.WriteEndObject();
        }

        End();
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    // Whoever reads the other end of a pipe wants each line at once.
    private void End()
    {
        _output.WriteByte((byte)'\n');
        _output.Flush();
    }
}
