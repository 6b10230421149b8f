using Fluister.Engines;
using Fluister.Engines.LlamaServer;
using Fluister.InteropTests.Client.Store;

#pragma warning disable MA0047 // The runtime looks for it outside of any namespace.

/// <summary>What fluister runs before anything else when DOTNET_STARTUP_HOOKS names these tests: it starts an engine, or
/// writes into an account's store, says so, and waits to be killed. So the tests have a parent that they can kill, and it is the real
/// program.</summary>
internal static class StartupHook
{
    /// <summary>Names the model.</summary>
    public const string Model = "FLUISTER_TEST_MODEL";

    /// <summary>Names llama-server.</summary>
    public const string Server = "FLUISTER_TEST_SERVER";

    /// <summary>Asks this and goes on, instead of waiting.</summary>
    public const string Question = "FLUISTER_TEST_QUESTION";

    /// <summary>Names an account's folder to write into.</summary>
    public const string Account = "FLUISTER_TEST_ACCOUNT";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Account) is { } account)
        {
            StoreScribe.Write(account);
            return;
        }

        var options = new LlamaServerOptions
        {
            Program = Environment.GetEnvironmentVariable(Server),
            FluisterProgram = Environment.ProcessPath!,
            ModelPath = Environment.GetEnvironmentVariable(Model)!,
            Threads = 1,
            ContextTokens = 4096,
        };
        var engine = LlamaServerEngine.StartAsync(options, CancellationToken.None).GetAwaiter().GetResult();
        if (Environment.GetEnvironmentVariable(Question) is { } question)
        {
            var request = new CompletionRequest(new Prompt("You answer.", question));
            var answer = engine.CompleteAsync(request, onText: null, CancellationToken.None).GetAwaiter().GetResult();
            engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Console.WriteLine(answer.Text);
            return;
        }

        Console.WriteLine($"{engine.ProcessId} {engine.Socket.Folder}");
        Thread.Sleep(Timeout.Infinite);
    }
}
