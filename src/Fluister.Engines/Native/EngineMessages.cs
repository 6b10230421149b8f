using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.Engines.Native;

/// <summary>What a parent asks of the child; one line of JSON each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Load), "load")]
[JsonDerivedType(typeof(Count), "count")]
[JsonDerivedType(typeof(Complete), "complete")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Quantize), "quantize")]
internal abstract record EngineRequest(int Id)
{
    /// <summary>Check and load the libraries.</summary>
    public sealed record Open(int Id, string? Libraries, bool AllowOther) : EngineRequest(Id);

    /// <summary>Load a model. Memory: bytes for model and context. MostThreads: to choose among where Threads is null.</summary>
    public sealed record Load(int Id, string Model, int? ContextTokens, int? Threads, int MostThreads, int GpuLayers, long Memory)
        : EngineRequest(Id);

    public sealed record Count(int Id, string System, string User) : EngineRequest(Id);

    public sealed record Complete(int Id, string System, string User, int MaximumTokens, string? Grammar, float Temperature, uint Seed)
        : EngineRequest(Id);

    /// <summary>Give up this request and all before it.</summary>
    public sealed record Cancel(int Id) : EngineRequest(Id);

    public sealed record Quantize(int Id, string Model, string Output, int Type, int Threads) : EngineRequest(Id);
}

/// <summary>What the child answers; each request ends with one that <see cref="IsLast"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Loaded), "loaded")]
[JsonDerivedType(typeof(Described), "described")]
[JsonDerivedType(typeof(Counted), "counted")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Failed), "failed")]
internal abstract record EngineEvent(int Id)
{
    [JsonIgnore]
    public virtual bool IsLast => true;

    public sealed record Opened(int Id, string Version, string Platform, string Processor, int Files) : EngineEvent(Id);

    public sealed record Loaded(int Id, string? Name, string Template, int ContextTokens, int Threads, double? PromptSpeed,
        double? GenerationSpeed) : EngineEvent(Id);

    /// <summary>What an engine that is shared says of itself, unasked.</summary>
    public sealed record Described(int Id, EngineDescription Engine) : EngineEvent(Id);

    public sealed record Counted(int Id, int Tokens) : EngineEvent(Id);

    public sealed record Text(int Id, string Piece) : EngineEvent(Id)
    {
        [JsonIgnore]
        public override bool IsLast => false;
    }

    public sealed record Completed(int Id, CompletionEnd End, int PromptTokens, int CachedTokens, int GeneratedTokens,
        double PromptMilliseconds, double GenerationMilliseconds) : EngineEvent(Id);

    /// <summary>It is at work; null where it cannot say how far.</summary>
    public sealed record Progress(int Id, double? Share) : EngineEvent(Id)
    {
        [JsonIgnore]
        public override bool IsLast => false;
    }

    public sealed record Done(int Id) : EngineEvent(Id);

    /// <summary>Null: given up, as was asked.</summary>
    public sealed record Failed(int Id, EngineError? Error, string Message) : EngineEvent(Id);
}

/// <summary>How they are written.</summary>
[JsonSerializable(typeof(EngineRequest))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
internal sealed partial class EngineJson : JsonSerializerContext
{
    /// <summary>The reader is a program: letters stay as they are.</summary>
    public static EngineJson Lines { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
