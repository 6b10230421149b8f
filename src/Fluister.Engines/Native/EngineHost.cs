using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Fluister.Engines.Native;

/// <summary>The child: does what lines on its standard input ask for, with llama.cpp in its own memory. It ends with its input.</summary>
/// <remarks>A model's file is not to be trusted, and llama.cpp is written in C++: whatever happens in this process, the parent's keys and
/// messages are in another.</remarks>
internal static partial class EngineHost
{
    private const int MostWaiting = 64;
    private const int StackSize = 64 << 20;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>Answers until the input ends.</summary>
    public static async Task<int> RunAsync(Stream input, Stream output, CancellationToken cancel)
    {
        using var requests = new BlockingCollection<EngineRequest>(MostWaiting);
        var answers = new Answers(output);
        using var beat = new Timer(_ => answers.Beat(), null, Beat, Beat);

        // A large stack: some tokenizers recurse with the length of the text.
        new Thread(() => Work(requests, answers), StackSize) { IsBackground = true }.Start();
        var lines = new LineReader(input);
        try
        {
            while (await lines.ReadAsync(cancel).ConfigureAwait(false) is { } line)
            {
                var request = JsonSerializer.Deserialize(line.Span, EngineJson.Lines.EngineRequest);
                if (request is EngineRequest.Cancel)
                {
                    WorkGate.Cancel(request.Id);
                }
                else if (request is null || !requests.TryAdd(request))
                {
                    return End(1);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or IOException or OperationCanceledException)
        {
            return End(1);
        }

        return End(0);
    }

    /// <summary>Ends at once, whatever other threads compute: there is nothing to put away.</summary>
    private static int End(int code)
    {
        if (!OperatingSystem.IsWindows())
        {
            Exit(code);
        }

        return code;
    }

    private static void Work(BlockingCollection<EngineRequest> requests, Answers answers)
    {
        using var engine = new HostedEngine(answers);
        try
        {
            foreach (var request in requests.GetConsumingEnumerable())
            {
                Answer(engine, request, answers);
            }
        }
        catch (IOException)
        {
            // Nobody reads any more.
            End(1);
        }
    }

    private static void Answer(HostedEngine engine, EngineRequest request, Answers answers)
    {
        WorkGate.Current = request.Id;
        try
        {
            answers.Write(WorkGate.IsCancelled ? new EngineEvent.Failed(request.Id, null, "") : engine.Do(request));
        }
        catch (EngineException e)
        {
            answers.Write(new EngineEvent.Failed(request.Id, e.Error, e.Message));
        }
        catch (OperationCanceledException)
        {
            answers.Write(new EngineEvent.Failed(request.Id, null, ""));
        }
        catch (Exception e) when (e is not IOException)
        {
            // Its message might hold what was asked.
            answers.Write(new EngineEvent.Failed(request.Id, EngineError.Protocol, $"The engine has a fault: {e.GetType().Name}."));
        }
        finally
        {
            WorkGate.Current = int.MaxValue;
        }
    }

    // Without the C library's tidying up, during which threads of llama.cpp would still compute.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}

/// <summary>The child's standard output, for several threads.</summary>
internal sealed class Answers(Stream output)
{
    private readonly Lock _gate = new();
    private long _steps;

    public void Write(EngineEvent answer)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(answer, EngineJson.Lines.EngineEvent);
        lock (_gate)
        {
            output.Write([.. line, (byte)'\n']);
            output.Flush();
        }
    }

    /// <summary>Tells the parent how far it is; never throws.</summary>
    public void Report(int id, double? share)
    {
        try
        {
            Write(new EngineEvent.Progress(id, share));
        }
        catch (IOException)
        {
            // Nobody reads any more; the thread that works will notice.
        }
    }

    /// <summary>Tells the parent that there is progress, if there is.</summary>
    public void Beat()
    {
        var steps = WorkGate.Steps;
        if (steps != Interlocked.Exchange(ref _steps, steps) && WorkGate.Current is var id and < int.MaxValue)
        {
            Report(id, null);
        }
    }
}
