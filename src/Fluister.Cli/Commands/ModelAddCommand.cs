using System.CommandLine;
using Fluister.Engines;
using Fluister.Engines.Gguf;
using Fluister.Engines.Models;
using Fluister.Engines.Native;

namespace Fluister.Cli.Commands;

/// <summary>fluister model add</summary>
internal sealed class ModelAddCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Argument<string> _file = new("FILE") { Description = "A model as a GGUF file on this computer" };
    private readonly Option<string?> _name = new("--name")
    {
        Description = "What to call it. Default: the file's name",
        HelpName = "NAME",
    };

    private readonly Option<bool> _copy = new("--copy") { Description = "Copy the file. Default: use it where it is" };
    private readonly Option<bool> _noSpeed = new("--no-speed") { Description = "Do not run the model to measure how fast it is here" };
    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var add = new ModelAddCommand();
        var command = new Command("add", """
            Check a model's file, and remember it under a name; nothing is ever downloaded

              fluister model add ~/Downloads/llama-3.2-3b-q4_k_m.gguf --name llama
            """) { add._file, add._name, add._copy, add._noSpeed, add._json };
        command.SetAction(async (parsed, _) => await add.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var store = ModelStore.Open();
        var path = parsed.GetRequiredValue(_file);
        Model model;
        using (var progress = new ByteProgress())
        {
            var total = File.Exists(path) ? new FileInfo(path).Length : 0;
            model = store.Add(path, parsed.GetValue(_name), parsed.GetValue(_copy), done => progress.Report(done, total), cancel);
        }

        var isJson = parsed.GetValue(_json);
        var file = GgufFile.Open(model.Path);
        var context = Math.Min(file.ContextLength ?? NativeEngineOptions.UsualContext, NativeEngineOptions.UsualContext);
        var (needed, free) = (file.MemoryNeeded(context), Computer.AvailableMemory(null));
        if (!isJson)
        {
            Describe(model, file);
            ModelText.Tell("memory", $"about {ModelText.Size(needed)} with a context of {context:N0} tokens; {ModelText.Size(free)} are "
                + "free" + (needed > free ? ". That is too little: choose a smaller model, or quantize this one" : ""));
        }

        var speed = parsed.GetValue(_noSpeed) ? "not measured" : null;
        if (speed is null)
        {
            (model, speed) = await MeasureAsync(store, model, cancel).ConfigureAwait(false);
        }

        if (isJson)
        {
            JsonOutput.Lines([model], (writer, it) =>
            {
                ModelText.Write(writer, it);
                writer.WriteNumber("memoryNeeded", needed);
                writer.WriteNumber("memoryContext", context);
                writer.WriteNumber("memoryFree", free);
            });
        }
        else
        {
            ModelText.Tell("speed", speed);
            if (ModelText.Month(model) is { } month)
            {
                ModelText.Tell("a month", month);
            }
        }

        return ExitCode.Done;
    }

    private static void Describe(Model model, GgufFile file)
    {
        ModelText.Tell("added", model.Name);
        ModelText.Tell("file", $"{model.Path} ({ModelText.Size(model.Size)}{(model.IsCopy ? ", a copy" : "")})");
        ModelText.Tell("model", $"{model.Title}: {model.Architecture}, {ModelText.Parameters(model.Parameters)} numbers stored as "
            + model.FileType);
        ModelText.Tell("licence", (model.License ?? "the file names none") + (file.LicenseLink is { } link ? $" ({link})" : ""));
        ModelText.Tell("context", model.ContextLength is { } tokens ? $"{tokens:N0} tokens" : "the file does not say");
        if (file.ChatTemplate is null)
        {
            ModelText.Tell("note", "no chat template: a model that was not made to follow instructions gives poor digests");
        }
    }

    /// <summary>Runs the model in Fluister's own engine. Where that cannot be, another engine may still.</summary>
    private static async Task<(Model Model, string Speed)> MeasureAsync(ModelStore store, Model model, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            var options = new NativeEngineOptions { ModelPath = model.Path, ModelSha256 = model.Sha256 };
            var engine = await NativeEngine.StartAsync(options, patience.Token).ConfigureAwait(false);
            await using (engine.ConfigureAwait(false))
            {
                var (prompt, text) = await SpeedProbe.MeasureAsync(engine, patience.Token).ConfigureAwait(false);
                model = store.Update(model with { PromptSpeed = prompt, GenerationSpeed = text });
                return (model, $"{prompt:N0} tokens of prompt a second, {text:N1} of text, with {engine.Description.Threads} threads");
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (model, $"not measured: a short answer took more than {Patience.TotalSeconds:0} seconds");
        }
        catch (EngineException e)
        {
            return (model, $"not measured: {e.Message}");
        }
    }
}
