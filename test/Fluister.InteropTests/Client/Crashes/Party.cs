using System.Diagnostics;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Cryptography;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Client.Crashes;

/// <summary>One account with its daemon, which may be killed and started again at any time.</summary>
internal sealed class Party : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _home;
    private readonly Lock _gate = new();
    private Process? _process;
    private Func<string> _errors = () => "";
    private TaskCompletionSource<Line> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes the account at a home server.</summary>
    /// <param name="place">Where it keeps its files.</param>
    /// <param name="name">Its name.</param>
    /// <param name="invite">An invite's link.</param>
    public Party(string place, string name, string invite)
    {
        Name = name;
        _home = Path.Combine(place, name);
        Directory.CreateDirectory(_home);
        var key = Path.Combine(_home, "key");
        File.WriteAllText(key, new string(name[0] == 'a' ? '1' : '2', 64));
        using var registering = Start(["account", "register", invite, "--name", name, "--key-file", key, "--profile-name", name, "--json"]);
        var errors = FluisterProgram.Collect(registering.StandardError);
        var printed = registering.StandardOutput.ReadToEnd();
        FluisterProgram.WaitForExit(registering);
        Assert.True(registering.ExitCode == 0, $"{name} was not registered: {errors()}");
        Aci = JsonNode.Parse(printed)!["uuid"]!.GetValue<string>();
        Folder = AccountFolder.List(_home).Single();
    }

    /// <summary>The account's name.</summary>
    public string Name { get; }

    /// <summary>The account's id.</summary>
    public string Aci { get; }

    /// <summary>Where its store is.</summary>
    public AccountFolder Folder { get; }

    /// <summary>Takes each line of its daemon.</summary>
    public List<Action<JsonNode>> Listeners { get; } = [];

    /// <summary>Times that it was started.</summary>
    public int Lives { get; private set; }

    /// <summary>Opens the key of its store.</summary>
    public Secret OpenKey() => StoreKey.Open(Folder);

    /// <summary>Starts the daemon, and does not wait.</summary>
    public void Begin()
    {
        Lives++;
        _process = Start(["daemon", "--account", Name]);
        _errors = FluisterProgram.Collect(_process.StandardError);
        _ = FluisterProgram.Collect(_process.StandardOutput);
    }

    /// <summary>Waits until the daemon that was started answers.</summary>
    public async Task ReadyAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (Line.TryConnect(Folder.Socket, line => Listeners.ForEach(listener => listener(line))) is { } line)
            {
                lock (_gate)
                {
                    _line.TrySetResult(line);
                }

                return;
            }

            Assert.False(_process!.HasExited, $"The daemon of {Name} ended: {(_process.HasExited ? _errors() : "")}");
            Assert.True(clock.Elapsed < Patience, $"The daemon of {Name} does not listen.");
            await Task.Delay(10);
        }
    }

    /// <summary>Ends the daemon at once, as a power cut would.</summary>
    public void Kill()
    {
        // Who asks from here on waits for the next one.
        Line? line = null;
        lock (_gate)
        {
            if (_line.Task.IsCompletedSuccessfully)
            {
                line = _line.Task.Result;
                _line = new TaskCompletionSource<Line>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        line?.Dispose();
    }

    /// <summary>Asks the daemon to end, which it does in good order.</summary>
    public void Stop()
    {
        FluisterProgram.Signal(_process!.Id, FluisterProgram.Terminate);
        FluisterProgram.WaitForExit(_process);
        Assert.True(_process.ExitCode == 0, $"The daemon of {Name} ended with {_process.ExitCode}: {_errors()}");
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks the daemon, waiting for one that lives; null where it was gone before it answered.</summary>
    public async Task<JsonNode?> AskAsync(string method, JsonObject parameters)
    {
        Task<Line> living;
        lock (_gate)
        {
            living = _line.Task;
        }

        return await (await living).AskAsync(method, parameters);
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }

    private Process Start(string[] arguments) => FluisterProgram.Start(
        "env", [$"FLUISTER_HOME={_home}", FluisterProgram.Path, .. arguments]);
}
