using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fluister.Engines.Sandbox;

/// <summary>Starts processes from a thread that lives as long as this process.</summary>
/// <remarks>PR_SET_PDEATHSIG (prctl(2)) speaks of the thread that forked, not of its process: an engine started from a thread of the pool
/// would be killed when the pool lets that thread go.</remarks>
internal static class Cradle
{
    private static readonly BlockingCollection<Action> Births = [];
    private static readonly Lazy<Thread> Thread = new(Begin);

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        _ = Thread.Value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Births.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static Thread Begin()
    {
        var thread = new Thread(() =>
        {
            foreach (var birth in Births.GetConsumingEnumerable())
            {
                birth();
            }
        })
        {
            IsBackground = true,
            Name = "cradle of engines",
        };
        thread.Start();
        return thread;
    }
}
