using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.InteropTests.Libsignal;

/// <summary>The official libsignal package in a child process; the operations are those of test/libsignal/README.md.</summary>
/// <remarks>
/// <para>Requests may be sent from one place without waiting: they are done in their order. One process serves a class of
/// tests, as its fixture, and is ended with it; names of parties and kept objects are the test's own.</para>
/// <para>A request's fields are those of an anonymous object; bytes may be arrays of bytes at any depth.</para>
/// </remarks>
public sealed class LibsignalClient : IDisposable
{
    /// <summary>Longest that an answer is waited for; the slowest operation, a PIN's hash, takes seconds on a busy machine.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new BytesConverter() },
    };

    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _waiting = new();
    private readonly ConcurrentQueue<Task<JsonElement>> _posted = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private readonly Lock _writing = new();
    private long _lastId;

    /// <summary>The folder of the scripts.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot(), "test", "libsignal");

    /// <summary>Starts the process.</summary>
    /// <exception cref="InvalidOperationException">Node or the package is not installed.</exception>
    public LibsignalClient()
        : this("oracle.mjs")
    {
    }

    /// <summary>Starts the process with another script of test/libsignal.</summary>
    /// <exception cref="InvalidOperationException">Node or the package is not installed.</exception>
    internal LibsignalClient(string script)
    {
        var folder = Folder;
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@signalapp", "libsignal-client")))
        {
            throw new InvalidOperationException("The official libsignal package is not installed in test/libsignal: run eng/prepare.");
        }

        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(folder, script));
        try
        {
            _process = Process.Start(start) ?? throw new InvalidOperationException("Node did not start.");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("Node is not installed; the official package runs in it: see eng/prepare.", missing);
        }

        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="LibsignalException">The package refused.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="AnswerLimit"/>; the process was ended.</exception>
    public JsonElement Call(string operation, object? fields = null) => Wait(Send(operation, fields));

    /// <summary>Sends a request whose answer is bytes, and waits for it.</summary>
    public byte[] CallBytes(string operation, object? fields = null) => Call(operation, fields).Bytes();

    /// <summary>Sends a request. Its failure is in the task.</summary>
    public Task<JsonElement> Send(string operation, object? fields = null)
    {
        var request = fields is null ? [] : JsonSerializer.SerializeToNode(fields, fields.GetType(), Json)!.AsObject();
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_writing)
        {
            var id = ++_lastId;
            _waiting[id] = answer;
            request["id"] = id;
            request["op"] = operation;
            if (_reading.IsCompleted)
            {
                throw Ended();
            }

            try
            {
                _process.StandardInput.WriteLine(request.ToJsonString());
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                throw Ended();
            }
        }

        return answer.Task;
    }

    /// <summary>Sends a request of which nothing is wanted but that it succeeds; the next wait throws where it did not.</summary>
    public void Post(string operation, object? fields = null) => _posted.Enqueue(Send(operation, fields));

    /// <summary>Waits for the answer to a request that was sent.</summary>
    /// <exception cref="LibsignalException">The package refused it, or one that was posted before.</exception>
    /// <exception cref="TimeoutException">No answer within <see cref="AnswerLimit"/>; the process was ended.</exception>
    public JsonElement Wait(Task<JsonElement> answer)
    {
        if (Task.WaitAny([answer], AnswerLimit) < 0)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The official package did not answer within {AnswerLimit}.");
        }

        while (_posted.TryPeek(out var earlier) && earlier.IsCompleted && _posted.TryDequeue(out earlier))
        {
            earlier.GetAwaiter().GetResult();
        }

        return answer.GetAwaiter().GetResult();
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before us.
        }

        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _reading.Wait(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var answer = document.RootElement;
            if (!_waiting.TryRemove(answer.GetProperty("id").GetInt64(), out var request))
            {
                continue;
            }

            if (answer.TryGetProperty("error", out var error))
            {
                request.SetException(new LibsignalException(
                    error.Text("name"), (int)error.Number("code"), error.Text("message"))
                {
                    Details = error.TryGetProperty("details", out var details) ? details.Clone() : default,
                });
            }
            else
            {
                request.SetResult(answer.GetProperty("ok").Clone());
            }
        }

        foreach (var request in _waiting.Values)
        {
            request.TrySetException(Ended());
        }
    }

    private InvalidOperationException Ended()
    {
        lock (_errors)
        {
            return new InvalidOperationException($"The official package's process has ended: {_errors}");
        }
    }

    // Sources are found through the path that the compiler saw, or upwards from the test's own folder where paths are mapped.
    private static string RepositoryRoot([CallerFilePath] string here = "")
    {
        string[] starts = [Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory, Environment.CurrentDirectory];
        foreach (var start in starts)
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "test", "libsignal", "package.json")))
                {
                    return folder;
                }
            }
        }

        throw new InvalidOperationException("test/libsignal was not found above the tests.");
    }

    private sealed class BytesConverter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Answers are read as elements.");

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("$", value);
            writer.WriteEndObject();
        }
    }
}
