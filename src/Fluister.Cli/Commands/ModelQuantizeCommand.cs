using System.CommandLine;
using Fluister.Engines;
using Fluister.Engines.Gguf;
using Fluister.Engines.Models;
using Fluister.Engines.Native;

namespace Fluister.Cli.Commands;

/// <summary>fluister model quantize</summary>
internal sealed class ModelQuantizeCommand
{
    private const long Whole = 1000;

    private readonly Argument<string> _model = new("MODEL") { Description = "Name of a model, or a GGUF file" };
    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Write this GGUF file",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _type = new("--type")
    {
        Description = "How to store numbers: q4_k_m (default), q8_0, q6_k, q5_k_m, q3_k_m, iq4_xs and others",
        HelpName = "TYPE",
        DefaultValueFactory = _ => "q4_k_m",
    };

    private readonly Option<bool> _allowUnconfined = new("--allow-unconfined")
    {
        Description = "Go on where this system cannot shut the work in",
    };

    public static Command Create(CancellationToken cancel)
    {
        var quantize = new ModelQuantizeCommand();
        var command = new Command("quantize", """
            Make a smaller model of one: its numbers in fewer bits

              fluister model quantize llama-f16.gguf --type q4_k_m --out llama-q4.gguf
            """) { quantize._model, quantize._out, quantize._type, quantize._allowUnconfined };
        command.SetAction(async (parsed, _) => await quantize.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var source = GgufFile.Open(ModelStore.Open().PathOf(parsed.GetRequiredValue(_model)));
        var path = parsed.GetRequiredValue(_out);
        if (Path.Exists(path))
        {
            throw new EngineException(EngineError.NotAllowed, $"{path} is there already. Name another file.");
        }

        var options = new NativeEngineOptions { ModelPath = source.Path, AllowUnconfined = parsed.GetValue(_allowUnconfined) };
        using (var progress = new Progress("per mille", Whole))
        {
            await NativeEngine.QuantizeAsync(options, path, parsed.GetRequiredValue(_type),
                share => progress.Report((long)(share * Whole)), cancel).ConfigureAwait(false);
        }

        var file = GgufFile.Open(path);
        Console.WriteLine(Terminal.Clean($"Wrote {path}: {file.Name}, {ModelText.Size(file.Length)} instead of "
            + $"{ModelText.Size(source.Length)}, {file.FileType}. `fluister model add {path}` adds it."));
        return ExitCode.Done;
    }
}
