using Fluister.Engines;
using Fluister.Engines.LlamaServer;
using Fluister.InteropTests.Cli;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Engines;

/// <summary>llama.cpp's own programs, as test/llama/build makes them.</summary>
internal static class LlamaPrograms
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(OfficialPackage.Folder, "..", "..", "artifacts", "llama"));

    public static string Server { get; } = Path.Combine(Folder, "llama-server");

    /// <summary>What a test starts when nothing else matters: one thread, a small context.</summary>
    public static LlamaServerOptions Options(string model) =>
        new() { Program = Server, FluisterProgram = FluisterProgram.Path, ModelPath = model, Threads = 1, ContextTokens = 4096 };

    public static Task<LlamaServerEngine> StartAsync(string model) => LlamaServerEngine.StartAsync(Options(model), CancellationToken.None);

    public static CompletionRequest Ask(string user, int tokens = 512) => new(new Prompt("You answer.", user)) { MaximumTokens = tokens };
}
