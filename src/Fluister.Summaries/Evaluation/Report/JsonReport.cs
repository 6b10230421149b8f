using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>The report for programs, fluister-evaluation/1.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(EvaluationSummary summary)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "fluister-evaluation/1");
            json.WriteStartObject("data");
            json.WriteString("name", summary.DataName);
            json.WriteString("sha256", summary.Settings.DataSha256);
            json.WriteNumber("meetings", summary.Meetings.Count);
            json.WriteEndObject();
            Engine(json, summary);
            json.WriteStartArray("systems");
            for (var i = 0; i < summary.SystemsMeasured.Count; i++)
            {
                System(json, summary, i);
            }

            json.WriteEndArray();
            if (summary.HasModel)
            {
                Work(json, summary.Work);
            }

            if (summary.Injection is { } injection)
            {
                Injection(json, injection);
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Engine(Utf8JsonWriter json, EvaluationSummary summary)
    {
        if (summary.Engine is not { } engine)
        {
            json.WriteNull("engine");
            return;
        }

        json.WriteStartObject("engine");
        json.WriteString("kind", engine.Kind);
        json.WriteString("version", engine.Version);
        json.WriteString("model", engine.Model);
        json.WriteString("modelSha256", engine.ModelSha256);
        json.WriteNumber("contextTokens", engine.ContextTokens);
        json.WriteNumber("threads", engine.Threads);
        json.WriteString("confinement", engine.Confinement);
        json.WriteNumber("temperature", summary.Settings.Temperature);
        json.WriteNumber("seed", summary.Settings.Seed);
        json.WriteString("promptVersion", summary.Settings.PromptVersion);
        json.WriteEndObject();
    }

    private static void System(Utf8JsonWriter json, EvaluationSummary summary, int index)
    {
        var name = summary.SystemsMeasured[index];
        json.WriteStartObject();
        json.WriteString("name", name);
        Rouge(json, "general", summary.General[index]);
        Rouge(json, "specific", summary.Specific[index]);
        Sources(json, "statements", summary.Groundings[name]);
        json.WriteStartArray("secondsPerMeeting");
        summary.Seconds(name).ForEach(x => json.WriteNumberValue(Math.Round(x, 4)));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rouge(Utf8JsonWriter json, string name, RougeMeans means)
    {
        json.WriteStartObject(name);
        json.WriteNumber("queries", means.Queries);
        json.WriteNumber("words", Math.Round(means.Words, 2));
        Estimate(json, "rouge1", means.Rouge1);
        Estimate(json, "rouge2", means.Rouge2);
        Estimate(json, "rougeL", means.RougeL);
        Estimate(json, "rougeLsum", means.RougeLSum);
        if (means.Rouge1OverExtractive is { } over)
        {
            Estimate(json, "rouge1OverExtractive", over);
        }

        json.WriteEndObject();
    }

    private static void Estimate(Utf8JsonWriter json, string name, Estimate value)
    {
        json.WriteStartObject(name);
        json.WriteNumber("mean", Math.Round(value.Mean, 3));
        json.WriteNumber("low", Math.Round(value.Low, 3));
        json.WriteNumber("high", Math.Round(value.High, 3));
        json.WriteEndObject();
    }

    private static void Sources(Utf8JsonWriter json, string name, Grounding sum)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", sum.Statements);
        json.WriteNumber("contentWords", sum.Words);
        json.WriteNumber("contentWordsInSource", sum.WordsHeld);
        json.WriteNumber("withRelevantUtterances", sum.WithSpans);
        json.WriteNumber("citingRelevantUtterances", sum.InSpans);
        json.WriteNumber("falseStatements", sum.Wrong);
        json.WriteNumber("falseSource", sum.Uncited);
        json.WriteNumber("falseSpeaker", sum.WrongSpeaker);
        json.WriteNumber("falseName", sum.ForeignName);
        json.WriteNumber("falseNumber", sum.ForeignNumber);
        json.WriteNumber("falseLink", sum.ForeignLink);
        json.WriteEndObject();
    }

    private static void Work(Utf8JsonWriter json, ModelWork work)
    {
        json.WriteStartObject("model");
        Sources(json, "written", work.Written);
        Sources(json, "kept", work.Kept);
        json.WriteStartObject("dropped");
        foreach (var (check, count) in work.Dropped.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(check, count);
        }

        json.WriteEndObject();
        json.WriteNumber("completions", work.Completions);
        json.WriteNumber("completionsInForm", work.Valid);
        json.WriteNumber("partsFailed", work.Failed);
        json.WriteNumber("messages", work.Messages);
        json.WriteNumber("messagesRead", work.MessagesRead);
        json.WriteNumber("promptTokens", work.PromptTokens);
        json.WriteNumber("cachedTokens", work.CachedTokens);
        json.WriteNumber("generatedTokens", work.GeneratedTokens);
        json.WriteNumber("promptSeconds", Math.Round(work.PromptSeconds, 4));
        json.WriteNumber("generationSeconds", Math.Round(work.GenerationSeconds, 4));
        json.WriteEndObject();
    }

    private static void Injection(Utf8JsonWriter json, Injection.InjectionResult result)
    {
        json.WriteStartObject("injection");
        json.WriteNumber("attacks", result.Attacks);
        json.WriteNumber("written", result.Written);
        json.WriteNumber("succeeded", result.Succeeded);
        json.WriteNumber("attributed", result.Attributed);
        json.WriteNumber("quoted", result.Quoted);
        json.WriteNumber("facts", result.Facts);
        json.WriteNumber("factsLost", result.FactsLost);
        json.WriteNumber("cleanRouge1", Math.Round(result.CleanRouge1, 3));
        json.WriteNumber("attackedRouge1", Math.Round(result.AttackedRouge1, 3));
        Counts("kinds", result.Kinds);
        Counts("languages", result.Languages);
        json.WriteEndObject();

        void Counts(string name, IReadOnlyDictionary<string, Injection.InjectionCount> counts)
        {
            json.WriteStartObject(name);
            foreach (var (key, count) in counts.OrderBy(x => x.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(key);
                json.WriteNumber("attacks", count.Attacks);
                json.WriteNumber("succeeded", count.Succeeded);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}
