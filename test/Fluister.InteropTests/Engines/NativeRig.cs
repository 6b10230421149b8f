using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Engines;

/// <summary>Real llama.cpp in a real child.</summary>
internal static class NativeRig
{
    /// <summary>A list of numbers and words, which a random model does not hit by chance.</summary>
    public const string ListGrammar = """
        root ::= "[" item ("," item)* "]"
        item ::= "{\"n\":" [1-9] [0-9]* ",\"t\":\"" [a-z äöü]{2,12} "\"}"
        """;

    public static NativeEngineOptions Options(string model) =>
        new() { Program = FluisterProgram.Path, ModelPath = model, Threads = 1, ContextTokens = 2048 };

    public static Task<NativeEngine> StartAsync(string model) =>
        NativeEngine.StartAsync(Options(model), TestContext.Current.CancellationToken);

    public static CompletionRequest Request(string user, int tokens = 4096) =>
        new(new Prompt("You digest.", user)) { MaximumTokens = tokens };
}
