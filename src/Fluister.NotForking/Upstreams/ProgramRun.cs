using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Fluister.NotForking.Upstreams;

/// <summary>One run of another program: a fixed list of arguments, no shell, nothing on its standard input but what is given.</summary>
/// <param name="program">Its name.</param>
/// <param name="arguments">Each reaches the program as it is.</param>
internal sealed class ProgramRun(string program, params IReadOnlyList<string> arguments)
{
    /// <summary>The folder that it runs in.</summary>
    public string? Folder { get; init; }

    /// <summary>Variables of its environment; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>What it reads.</summary>
    public byte[] Input { get; init; } = [];

    /// <summary>How long it may run.</summary>
    public TimeSpan Limit { get; init; } = Limits.Program;

    /// <summary>How much of the end of its standard error is kept, in characters.</summary>
    public int ErrorLetters { get; init; } = 4096;

    /// <summary>What a failure counts as.</summary>
    public ExitCode FailsAs { get; init; } = ExitCode.Fetch;

    /// <summary>The same run, with something to read.</summary>
    public ProgramRun Reading(string input) => new(program, arguments)
    {
        Folder = Folder,
        Environment = Environment,
        Limit = Limit,
        FailsAs = FailsAs,
        ErrorLetters = ErrorLetters,
        Input = Encoding.UTF8.GetBytes(input),
    };

    /// <summary>Runs it.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="NotForkException">It is not installed, failed, wrote or ran for too long.</exception>
    public byte[] Output()
    {
        var (code, output, error) = Result();
        return code == 0 ? output : throw Failure(code, error);
    }

    /// <summary>Runs it.</summary>
    /// <returns>Its standard output as UTF-8.</returns>
    public string Text() => Encoding.UTF8.GetString(Output());

    /// <summary>Runs it, whatever its exit code.</summary>
    /// <returns>Exit code, standard output, and the end of standard error.</returns>
    public (int Code, byte[] Output, string Error) Result()
    {
        using var process = Start();
        using var watch = new CancellationTokenSource(Limit);
        using var output = new MemoryStream();
        var error = new StringBuilder();
        try
        {
            Task.WaitAll(
                [WriteAsync(process, watch.Token), ReadAsync(process, output, watch.Token),
                    TailAsync(process.StandardError, error, watch.Token), process.WaitForExitAsync(watch.Token)],
                watch.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            process.Kill(entireProcessTree: true);
            throw watch.IsCancellationRequested
                ? Failure($"did not end within {Limit.TotalMinutes:0} minutes") : Failure(e.InnerException?.Message ?? e.Message);
        }

        return (process.ExitCode, output.ToArray(), error.ToString().Trim());
    }

    /// <summary>Starts it, with all three streams open: for output that is read as it comes.</summary>
    public Process Start()
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder ?? "",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new NotForkException(FailsAs, $"The program \"{program}\" is needed and could not be started: {e.Message}.", inner: e);
        }
    }

    /// <summary>What a failure of this run is told as: its exit code, and the end of what it wrote to standard error.</summary>
    public NotForkException Failure(int code, string error) => Failure(
        $"ended with code {code}" + (error.Length == 0 ? "" : ": " + error[Math.Max(0, error.Length - 1000)..].ReplaceLineEndings(" / ")));

    /// <summary>What a failure of this run is told as.</summary>
    public NotForkException Failure(string how) => new(FailsAs, $"`{program} {Words()}` {how}.");

    private string Words()
    {
        // The options that come first are the same every time and tell a person nothing.
        var index = 0;
        while (index < arguments.Count && arguments[index].StartsWith('-'))
        {
            index += arguments[index] is "-c" or "-C" ? 2 : 1;
        }

        return string.Join(' ', arguments.Skip(index).Take(6));
    }

    private async Task WriteAsync(Process process, CancellationToken end)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Input, end);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code tells why.
        }
    }

    private static async Task ReadAsync(Process process, MemoryStream to, CancellationToken end)
    {
        var from = process.StandardOutput.BaseStream;
        var buffer = new byte[64 << 10];
        while (await from.ReadAsync(buffer, end) is > 0 and var count)
        {
            if (to.Length + count > Limits.ProgramOutputBytes)
            {
                // Else it would wait until the time limit for somebody who reads on.
                process.Kill(entireProcessTree: true);
                throw new InvalidDataException($"wrote more than {Limits.ProgramOutputBytes >> 20} MiB");
            }

            to.Write(buffer, 0, count);
        }
    }

    private async Task TailAsync(StreamReader from, StringBuilder to, CancellationToken end)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer, end) is > 0 and var count)
        {
            to.Append(buffer, 0, count);
            if (to.Length > ErrorLetters)
            {
                to.Remove(0, to.Length - ErrorLetters);
            }
        }
    }
}
