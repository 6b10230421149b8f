using System.Diagnostics;
using System.Text;

namespace Fluister.Engines.Sandbox;

/// <summary>A program that runs shut in, and ends with this process at the latest.</summary>
/// <remarks>It is a direct child: `unshare` makes its namespaces and becomes `fluister sandbox`, which gives up the rest
/// (<see cref="Enclosure"/>) and becomes the program. Its working folder is "/", so paths in its arguments must be whole. It has a session
/// of its own: Ctrl-C at the terminal is for us, and we end it.</remarks>
public sealed class SandboxedProcess : IAsyncDisposable
{
    private const int MostWords = 16 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SandboxedProcess(Process process, string confinement)
    {
        _process = process;
        Confinement = confinement;
    }

    /// <summary>What keeps it in, in words.</summary>
    public string Confinement { get; }

    /// <summary>The number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Goes to its standard input.</summary>
    public Stream Stdin => _process.StandardInput.BaseStream;

    /// <summary>Comes from its standard output.</summary>
    public Stream Stdout => _process.StandardOutput.BaseStream;

    /// <summary>Comes from its standard error. A program whose words nobody reads stops when the pipe is full.</summary>
    public Stream Stderr => _process.StandardError.BaseStream;

    /// <summary>How it ended: 128 and the signal's number where a signal ended it. Null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts a program. When this returns it is shut in, and about to become the program.</summary>
    /// <param name="policy">What it may do.</param>
    /// <param name="fluisterProgram">The program fluister, which shuts itself in and becomes the other.</param>
    /// <param name="program">The program, by its whole path; may be the same.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">All of its environment; of ours it gets nothing.</param>
    /// <param name="cancel">Ends it again.</param>
    /// <exception cref="EngineException">NotAllowed: the system cannot shut it in, and nothing runs. NotFound: no such program. Crashed:
    /// fluister itself could not be started.</exception>
    public static async Task<SandboxedProcess> StartAsync(SandboxPolicy policy, string fluisterProgram, string program,
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancel)
    {
        var launch = new Launch(policy, Path.GetFullPath(fluisterProgram), Path.GetFullPath(program), arguments, environment);
        launch.Check();
        if (!OperatingSystem.IsLinux())
        {
            return new SandboxedProcess(await Cradle.StartAsync(launch.Open()).ConfigureAwait(false), Launch.Unconfined);
        }

        var why = "";
        foreach (var way in launch.Ways())
        {
            var process = await Cradle.StartAsync(launch.Within(way)).ConfigureAwait(false);
            var words = await HearAsync(process, cancel).ConfigureAwait(false);
            if (words.StartsWith(Enclosure.Entered, StringComparison.Ordinal))
            {
                var confinement = words[Enclosure.Entered.Length..];
                return new SandboxedProcess(process, way.Length > 0 || why.Length == 0 ? confinement : $"{confinement} ({why})");
            }

            await EndAsync(process).ConfigureAwait(false);
            if (words.StartsWith(Enclosure.Refused, StringComparison.Ordinal))
            {
                throw new EngineException(EngineError.NotAllowed, words[Enclosure.Refused.Length..]);
            }

            why = words;
        }

        throw launch.Failure(why);
    }

    /// <summary>Ends it at once; it leaves nothing behind.</summary>
    public void Kill() => Kill(_process);

    /// <summary>Waits for its end.</summary>
    public async Task<int> WaitAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Ends it and waits for that.</summary>
    public ValueTask DisposeAsync() => EndAsync(_process);

    /// <summary>The first line that counts: what `fluister sandbox` says, or the last words of what failed before it.</summary>
    private static async Task<string> HearAsync(Process process, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        // Ends the reading below, too.
        using var end = limit.Token.Register(() => Kill(process));
        var words = await Task.Run(() => Hear(process.StandardError.BaseStream), CancellationToken.None).ConfigureAwait(false);
        if (limit.IsCancellationRequested)
        {
            await EndAsync(process).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw new EngineException(EngineError.Timeout, $"The engine's sandbox was not ready within {Patience.TotalSeconds} seconds; "
                + "try again when the computer is less busy.");
        }

        return words;
    }

    private static string Hear(Stream stream)
    {
        var line = new List<byte>();
        var last = "";
        // Byte by byte: what comes after this line is the program's.
        for (var read = 0; read < MostWords && stream.ReadByte() is var next and >= 0; read++)
        {
            if (next != '\n')
            {
                line.Add((byte)next);
                continue;
            }

            last = Encoding.UTF8.GetString(line.ToArray());
            line.Clear();
            if (last.StartsWith(Enclosure.Entered, StringComparison.Ordinal)
                || last.StartsWith(Enclosure.Refused, StringComparison.Ordinal))
            {
                break;
            }
        }

        return last;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private static async ValueTask EndAsync(Process process)
    {
        Kill(process);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        process.Dispose();
    }
}
