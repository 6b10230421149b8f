using System.Text;

namespace Fluister.Engines.LlamaServer;

/// <summary>What a server writes on its standard output and error: read so that it never has to wait, kept in part, and understood when it
/// ends. Nothing of it is shown once it has seen a prompt.</summary>
internal sealed class ServerWords
{
    private const int Kept = 400;
    private const int LongestLine = 1000;
    private const int LongestShown = 160;

    private static readonly string[] Memory =
    [
        "out of memory", "cannot allocate", "failed to allocate", "unable to allocate", "bad_alloc", "outofdevicememory",
        "failed to create context", "not enough memory", "insufficient memory", "failed to fit params", "resource temporarily unavailable",
    ];

    private static readonly string[] Model =
        ["failed to load model", "invalid magic", "unknown model architecture", "model loading error"];

    private readonly Queue<string> _lines = new();

    /// <summary>Reads until the stream ends.</summary>
    public async Task ReadAsync(Stream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
            var buffer = new char[4096];
            var line = new StringBuilder();
            while (await reader.ReadAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
            {
                for (var index = 0; index < read; index++)
                {
                    if (buffer[index] == '\n')
                    {
                        Keep(line.ToString());
                        line.Clear();
                    }
                    else if (line.Length < LongestLine)
                    {
                        line.Append(buffer[index]);
                    }
                }
            }

            Keep(line.ToString());
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its end.
        }
    }

    /// <summary>The option that it does not know, such as "--offline"; null where that is not what is wrong.</summary>
    public string? UnknownOption()
    {
        const string Sign = "invalid argument: ";
        return Find(line => line.Contains(Sign, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(Sign, StringComparison.Ordinal) + Sign.Length)..].Trim() : null;
    }

    /// <summary>Why it ended before it was ready.</summary>
    /// <param name="exitCode">How.</param>
    /// <param name="model">The model's path.</param>
    public EngineException WhyNotReady(int exitCode, string model)
    {
        if (exitCode == 128 + 9 || HasAny(Memory) is not null)
        {
            return new EngineException(EngineError.OutOfMemory,
                $"{model} and its context do not fit into memory; take a smaller model, or fewer "
                + "tokens of context.");
        }

        if ((HasAny(["error loading model: "]) ?? HasAny(Model)) is { } reason)
        {
            return new EngineException(EngineError.BadModel,
                $"llama-server cannot load {model}: {Shown(reason)}. Check the file, or take a newer "
                + "llama-server.");
        }

        return HasAny(["couldn't bind"]) is not null
            ? new EngineException(EngineError.NotAllowed,
                "llama-server cannot listen on a Unix domain socket; it may be too old. Take a newer one.")
            : new EngineException(EngineError.Crashed, $"llama-server {Ended(exitCode)} before it was ready{Reason()}.");
    }

    /// <summary>Why it ended in the middle of its work, without a word of its own.</summary>
    public EngineException WhyGone(int exitCode) => HasAny(Memory) is not null
        ? new EngineException(EngineError.OutOfMemory, "llama-server ran out of memory; take a smaller model, or fewer tokens of context.")
        : new EngineException(EngineError.Crashed, $"llama-server {Ended(exitCode)} in the middle of its work"
            + (exitCode == 128 + 9 ? "; the system may have run out of memory. Take a smaller model, or try again."
                : "; try again, or take another version of it."));

    private static string Ended(int exitCode) =>
        exitCode > 128 ? $"was ended by signal {exitCode - 128}" : $"ended with exit code {exitCode}";

    private string Reason() => Find(line => line.Contains(" E ", StringComparison.Ordinal)
        || line.StartsWith("error", StringComparison.OrdinalIgnoreCase)) is { } line ? $": {Shown(line)}" : "";

    // "0.00.074.379 E llama_model_load: error loading model: ..." without the time; printable letters only.
    private static string Shown(string line)
    {
        var start = line.IndexOf("error loading model: ", StringComparison.Ordinal) is >= 0 and var found
            ? found + "error loading model: ".Length
            : Math.Max(line.IndexOf(": ", StringComparison.Ordinal) + 2, 0);
        var shown = new string([.. line[Math.Min(start, line.Length)..].Select(letter => letter is >= ' ' and < (char)127 ? letter : '?')]);
        return (shown.Length > LongestShown ? shown[..LongestShown] + "..." : shown).TrimEnd('.', ' ');
    }

    private string? HasAny(string[] signs) => Find(line => signs.Any(sign => line.Contains(sign, StringComparison.OrdinalIgnoreCase)));

    private string? Find(Func<string, bool> is_)
    {
        lock (_lines)
        {
            return _lines.FirstOrDefault(is_);
        }
    }

    private void Keep(string line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }
}
