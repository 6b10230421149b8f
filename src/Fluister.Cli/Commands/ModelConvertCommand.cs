using System.CommandLine;
using Fluister.Engines.Conversion;
using Fluister.Engines.Gguf;

namespace Fluister.Cli.Commands;

/// <summary>fluister model convert</summary>
internal sealed class ModelConvertCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A folder with config.json, safetensors and a tokenizer" };
    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Write this GGUF file",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string> _type = new("--type")
    {
        Description = "How to store numbers: f16 (default), bf16, f32 or q8_0",
        HelpName = "TYPE",
        DefaultValueFactory = _ => "f16",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file at --out" };

    public static Command Create(CancellationToken cancel)
    {
        var convert = new ModelConvertCommand();
        var command = new Command("convert", """
            Make a GGUF file of a model in safetensors: Llama, Mistral, Qwen2, Qwen3, and what has their architecture

              fluister model convert ~/models/SmolLM2-1.7B-Instruct --out smollm2.gguf
              fluister model quantize smollm2.gguf --type q4_k_m --out smollm2-q4.gguf
            """) { convert._folder, convert._out, convert._type, convert._overwrite };
        command.SetAction(parsed => convert.Run(parsed, cancel));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var name = parsed.GetRequiredValue(_type);
        if (!SafetensorsConverter.Types.TryGetValue(name, out var type))
        {
            throw new UsageException($"--type {name} cannot be written here: {string.Join(", ", SafetensorsConverter.Types.Keys)} can. "
                + "`fluister model quantize` makes smaller ones.");
        }

        var path = parsed.GetRequiredValue(_out);
        using (var output = new OutputFile(path, parsed.GetValue(_overwrite)))
        using (var progress = new ByteProgress())
        {
            SafetensorsConverter.Convert(parsed.GetRequiredValue(_folder), type, output.Stream, progress.Report, cancel);
            output.Commit();
        }

        var file = GgufFile.Open(path);
        Console.WriteLine(Terminal.Clean($"Wrote {path}: {file.Name}, {ModelText.Size(file.Length)}, {file.FileType}. "
            + $"`fluister model add {path}` adds it."));
        return ExitCode.Done;
    }
}
