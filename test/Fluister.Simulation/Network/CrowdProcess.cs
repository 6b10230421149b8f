using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>A process of people, seen from outside: started, told what to do, killed and started again.</summary>
internal sealed class CrowdProcess(CrowdPlan plan, string planFile) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();
    private readonly StringBuilder _errors = new();
    private readonly Lock _gate = new();
    private Process? _process;

    /// <summary>Its name.</summary>
    public string Name => plan.Name;

    /// <summary>What it was told when it started.</summary>
    public CrowdPlan Plan => plan;

    /// <summary>The process, while there is one.</summary>
    public Process? Process => Volatile.Read(ref _process);

    /// <summary>How many times it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>Messages begun, taken, given up; deliveries due, and come.</summary>
    public IReadOnlyList<int> Counts { get; private set; } = [0, 0, 0, 0, 0];

    /// <summary>Whom it has registered.</summary>
    public ConcurrentQueue<string> People { get; } = [];

    /// <summary>What went wrong in it, that should not.</summary>
    public ConcurrentQueue<string> Wrongs { get; } = [];

    /// <summary>One for all faults of this process: they come one after the other.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>What it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_gate)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts it, and waits until all of its clients are open.</summary>
    /// <param name="stop">Does not wait any longer.</param>
    public async Task StartAsync(CancellationToken stop = default)
    {
        _awaited.Clear();
        Lives++;
        var process = Programs.Start(Programs.Simulation, ["crowd", planFile]);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Complain(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Volatile.Write(ref _process, process);
        await AwaitAsync("ready", stop).ConfigureAwait(false);
    }

    /// <summary>Gives an order; nothing where the process is just not there.</summary>
    public void Order(string order)
    {
        try
        {
            Process?.StandardInput.WriteLine(order);
            Process?.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It was killed.
        }
    }

    /// <summary>Waits until it has said a word, or has ended.</summary>
    public async Task AwaitAsync(string word, CancellationToken stop = default)
    {
        var said = _awaited.GetOrAdd(word, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        var exited = Process!.WaitForExitAsync(stop);
        if (await Task.WhenAny(said, exited).WaitAsync(Patience, stop).ConfigureAwait(false) == exited && !said.IsCompleted)
        {
            throw new InvalidOperationException($"The process {Name} ended: {Errors}");
        }
    }

    /// <summary>Waits until it has ended itself; false where it did not in time.</summary>
    public async Task<bool> EndedAsync(TimeSpan patience)
    {
        using var over = new CancellationTokenSource(patience);
        try
        {
            await Process!.WaitForExitAsync(over.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        Turn.Dispose();
    }

    private void Hear(string? line)
    {
        var parts = line?.Split('\t', 2) ?? [""];
        switch (parts[0])
        {
            case "person":
                People.Enqueue(parts[1]);
                break;
            case "count":
                Counts = [.. parts[1].Split('\t').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
                break;
            case "wrong":
                Wrongs.Enqueue($"{Name}: {parts[1]}");
                break;
            default:
                _awaited.GetOrAdd(parts[0], _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                break;
        }
    }

    private void Complain(string? line)
    {
        const int Kept = 20_000;
        lock (_gate)
        {
            if (_errors.Length < Kept)
            {
                _errors.AppendLine(line);
            }
        }
    }
}
