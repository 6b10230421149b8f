using System.Globalization;
using System.Text.Json;
using Fluister.Engines;
using Fluister.Engines.Native;

namespace Fluister.Cli;

/// <summary>What was found of the engine, for people and for programs.</summary>
internal sealed record EngineCheck(EngineEvent.Opened Library, string Confinement, EngineDescription? Model)
{
    private const int NameWidth = 14;

    public void Print()
    {
        Line("llama.cpp", $"{Library.Version} for {Library.Platform}, built for {Library.Processor}");
        Line("libraries", $"{Library.Files} as they should be, layout as expected");
        Line("confinement", Confinement);
        if (Model is null)
        {
            return;
        }

        Line("model", Model.Model);
        Line("SHA-256", Model.ModelSha256 ?? "unknown");
        Line("runs with", Model.Version);
        Line("context", string.Create(CultureInfo.InvariantCulture, $"{Model.ContextTokens} tokens"));
        Line("threads", Model.Threads.ToString(CultureInfo.InvariantCulture));
        Line("speed", $"{Speed(Model.PromptSpeed)} tokens of prompt and {Speed(Model.GenerationSpeed)} of text a second");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("llamaCpp", Library.Version);
        writer.WriteString("platform", Library.Platform);
        writer.WriteString("processor", Library.Processor);
        writer.WriteNumber("libraries", Library.Files);
        writer.WriteString("confinement", Confinement);
        if (Model is null)
        {
            return;
        }

        writer.WriteStartObject("model");
        writer.WriteString("name", Model.Model);
        writer.WriteString("sha256", Model.ModelSha256);
        writer.WriteString("version", Model.Version);
        writer.WriteNumber("contextTokens", Model.ContextTokens);
        writer.WriteNumber("threads", Model.Threads);
        if (Model.PromptSpeed is { } prompt)
        {
            writer.WriteNumber("promptTokensPerSecond", Math.Round(prompt, 1));
        }

        if (Model.GenerationSpeed is { } text)
        {
            writer.WriteNumber("textTokensPerSecond", Math.Round(text, 1));
        }

        writer.WriteEndObject();
    }

    private static void Line(string name, string value) => Console.WriteLine($"{name.PadRight(NameWidth)}{Terminal.Clean(value)}");

    private static string Speed(double? speed) => speed is { } known
        ? known.ToString(known < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)
        : "an unknown number of";
}
