using System.CommandLine;
using System.Globalization;
using Fluister.Engines;
using Fluister.Engines.Endpoints;
using Fluister.Engines.LlamaServer;
using Fluister.Engines.Models;
using Fluister.Engines.Native;
using Fluister.Engines.Shared;

namespace Fluister.Cli;

/// <summary>The options that say which engine writes, and how it is kept in.</summary>
internal sealed class EngineOptions
{
    /// <summary>How freely a model chooses where a seed was given.</summary>
    private const float SeededTemperature = 0.7f;

    private const string Extractive = "extractive";
    private const string Native = "native";
    private const string Server = "llama-server";

    private readonly Option<string?> _engine = new("--engine")
    {
        Description = "extractive (default: only quotes), native (llama.cpp, brought along; default with --model), llama-server or its "
            + "path, or the address of an OpenAI-compatible endpoint: http://127.0.0.1:8080/v1, unix:/path; unix:/path without --model is "
            + "an engine that `fluister engine listen` lends",
        HelpName = "ENGINE",
    };
    private readonly Option<string?> _model = new("--model")
    {
        Description = "A name of `fluister model list`, or a GGUF file; for an endpoint, the model as it calls it",
        HelpName = "NAME|FILE",
    };
    private readonly Option<uint?> _seed = new("--seed")
    {
        Description = "Let chance choose among likely words, the same way for the same number. Default: always the likeliest",
        HelpName = "N",
    };
    private readonly Option<int?> _threads = new("--threads") { Description = "Default: measured", HelpName = "N" };
    private readonly Option<string?> _memory = new("--memory")
    {
        Description = "At most this much for model and context: 800M, 4G. Default: what is free",
        HelpName = "SIZE",
    };
    private readonly Option<string?> _layers = new("--gpu-layers")
    {
        Description = "Layers of the model to put on a graphics card, or 'all'; needs --library or llama-server for that card",
        HelpName = "N",
    };
    private readonly Option<string?> _library = new("--library")
    {
        Description = "With native: a folder with other libraries of llama.cpp, such as those for a graphics card",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> _endpointKey = new("--endpoint-key-file")
    {
        Description = "File with the key of the endpoint and nothing else",
        HelpName = "FILE",
    };
    private readonly Option<bool> _unconfined = new("--allow-unconfined")
    {
        Description = "Go on where this system cannot shut the engine in, without a network",
    };
    private readonly Option<bool> _remote = new("--allow-remote")
    {
        Description = "Send the text of the selected messages to an endpoint on another computer",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_engine, _model, _seed, _threads, _memory, _layers, _library, _endpointKey, _unconfined, _remote])
        {
            command.Add(option);
        }
    }

    /// <summary>Which engine, and how; null for none but quotes. Asks the person, or refuses, where text would leave this
    /// computer.</summary>
    /// <exception cref="UsageException">The options contradict each other, or something is missing.</exception>
    public EngineChoice? Choose(ParseResult parsed)
    {
        var model = parsed.GetValue(_model);
        var engine = parsed.GetValue(_engine) ?? (model is null ? Extractive : Native);
        var layers = parsed.GetValue(_layers) switch
        {
            null => 0,
            "all" => -1,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            var text => throw new UsageException($"--gpu-layers {text}: a number, or all."),
        };
        if (parsed.GetValue(_threads) is < 1 or > 1024)
        {
            throw new UsageException("--threads: from 1 to 1024.");
        }

        var memory = parsed.GetValue(_memory) is { } size ? Bytes(size) : (long?)null;
        Func<CancellationToken, Task<Engine>>? start = engine switch
        {
            Extractive => model is null ? null
                : throw new UsageException("--engine extractive asks no model: leave --model out, or name another engine."),
            Native => cancel => StartNativeAsync(model, parsed, layers, memory, cancel),
            _ when Path.GetFileName(engine) == Server => cancel => StartServerAsync(engine, model, parsed, layers, memory, cancel),
            _ when Uri.TryCreate(engine, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "unix" =>
                Endpoint(address, model, parsed),
            _ => throw new UsageException($"--engine {engine}: the engines are extractive, native, llama-server and the address of an "
                + "endpoint, such as http://127.0.0.1:8080/v1 or unix:/path."),
        };
        var seed = parsed.GetValue(_seed);
        return start is null ? null : new EngineChoice(start, seed ?? 0, seed is null ? 0 : SeededTemperature);
    }

    private async Task<Engine> StartNativeAsync(string? name, ParseResult parsed, int layers, long? memory, CancellationToken cancel)
    {
        var (path, hash) = await Task.Run(() => Find(name, cancel), cancel).ConfigureAwait(false);
        return await NativeEngine.StartAsync(new NativeEngineOptions
        {
            ModelPath = path,
            ModelSha256 = hash,
            Libraries = parsed.GetValue(_library),
            Threads = parsed.GetValue(_threads),
            GpuLayers = layers,
            MemoryLimit = memory,
            AllowUnconfined = parsed.GetValue(_unconfined),
        }, cancel).ConfigureAwait(false);
    }

    private async Task<Engine> StartServerAsync(
        string program, string? name, ParseResult parsed, int layers, long? memory, CancellationToken cancel)
    {
        var (path, hash) = await Task.Run(() => Find(name, cancel), cancel).ConfigureAwait(false);
        return await LlamaServerEngine.StartAsync(new LlamaServerOptions
        {
            Program = program == Server ? null : Path.GetFullPath(program),
            FluisterProgram = Environment.ProcessPath!,
            ModelPath = path,
            ModelSha256 = hash,
            Threads = parsed.GetValue(_threads),
            GpuLayers = layers,
            MemoryLimit = memory,
            AllowUnconfined = parsed.GetValue(_unconfined),
        }, cancel).ConfigureAwait(false);
    }

    private Func<CancellationToken, Task<Engine>> Endpoint(Uri address, string? model, ParseResult parsed)
    {
        if (model is null && address.Scheme == "unix")
        {
            var path = EndpointAddress.Parse(address).Socket!;
            return async cancel => await SharedEngine.ConnectAsync(path, cancel).ConfigureAwait(false);
        }

        if (model is null)
        {
            throw new UsageException($"--engine {address}: name the model with --model, as the endpoint calls it.");
        }

        var isAllowed = parsed.GetValue(_remote);
        if (EndpointEngine.Warning(address) is { } warning)
        {
            Console.Error.WriteLine($"fluister: {Terminal.Clean(warning)}");
            if (!isAllowed && !Prompt.Confirm("Send it?"))
            {
                throw new UsageException("Nothing was sent. Give --allow-remote if the text of messages may leave this computer.");
            }

            isAllowed = true;
        }

        var options = new EndpointOptions
        {
            Address = address,
            Model = model,
            KeyFile = parsed.GetValue(_endpointKey),
            AllowRemote = isAllowed,
        };
        return async cancel => await EndpointEngine.ConnectAsync(options, cancel).ConfigureAwait(false);
    }

    /// <summary>The model's file, and its hash where that is known; without a name, the only model there is.</summary>
    private static (string Path, string? Sha256) Find(string? name, CancellationToken cancel)
    {
        var store = ModelStore.Open();
        if (name is null)
        {
            var all = store.List();
            name = all.Count == 1 ? all[0].Name : throw new EngineException(EngineError.NotFound, all.Count == 0
                ? "There is no model yet. Get a GGUF file, add it with `fluister model add FILE`, or name it with --model FILE."
                : $"There are {all.Count} models. Name one with --model; `fluister model list` shows them.");
        }

        // A file that was not added: its hash is worked out while it loads.
        var file = Path.GetFullPath(name);
        if (File.Exists(file) && !store.List().Any(x => x.Path == file || string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            return (file, null);
        }

        var model = store.Find(name, null, cancel);
        return (model.Path, model.Sha256);
    }

    private static long Bytes(string size)
    {
        var digits = size.AsSpan().TrimEnd("BiKMGTbkmgt");
        var unit = size[digits.Length..].ToUpperInvariant() switch
        {
            "K" or "KB" or "KIB" => 1L << 10,
            "M" or "MB" or "MIB" => 1L << 20,
            "G" or "GB" or "GIB" => 1L << 30,
            "T" or "TB" or "TIB" => 1L << 40,
            _ => 0,
        };
        return unit > 0 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 1e6
            ? (long)(number * unit)
            : throw new UsageException($"--memory {size}: a number and a unit, such as 800M or 4G.");
    }
}

/// <summary>An engine that was asked for.</summary>
/// <param name="StartAsync">Starts it.</param>
/// <param name="Seed">For a temperature above 0.</param>
/// <param name="Temperature">0 for always the likeliest word.</param>
internal sealed record EngineChoice(Func<CancellationToken, Task<Engine>> StartAsync, uint Seed, float Temperature);
