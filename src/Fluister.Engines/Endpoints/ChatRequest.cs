using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>Writes what /v1/chat/completions takes. Text in it has no marks left that the endpoint could take for its own.</summary>
internal static class ChatRequest
{
    /// <summary>The whole request.</summary>
    public static void Write(Utf8JsonWriter writer, string model, CompletionRequest request)
    {
        WriteMessages(writer, model, request.Prompt);
        writer.WriteBoolean("stream", true);
        writer.WriteStartObject("stream_options");
        writer.WriteBoolean("include_usage", true);
        writer.WriteEndObject();
        writer.WriteNumber("max_tokens", request.MaximumTokens);
        writer.WriteNumber("temperature", request.Temperature);
        writer.WriteNumber("seed", request.Seed);
        if (request.JsonSchema is { } schema)
        {
            writer.WriteStartObject("response_format");
            writer.WriteString("type", "json_schema");
            writer.WriteStartObject("json_schema");
            writer.WriteString("name", "answer");
            writer.WriteBoolean("strict", true);
            writer.WritePropertyName("schema");
            writer.WriteRawValue(schema);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else if (request.Grammar is { } grammar)
        {
            // An addition of llama-server's; others ignore or refuse it.
            writer.WriteString("grammar", grammar);
        }
    }

    /// <summary>Model and messages, which is what tokens are counted of.</summary>
    public static void WriteMessages(Utf8JsonWriter writer, string model, Prompt prompt)
    {
        writer.WriteString("model", model);
        writer.WriteStartArray("messages");
        foreach (var (role, content) in (ReadOnlySpan<(string, string)>)[("system", prompt.System), ("user", prompt.User)])
        {
            writer.WriteStartObject();
            writer.WriteString("role", role);
            writer.WriteString("content", SpecialTokens.Neutralise(content));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
