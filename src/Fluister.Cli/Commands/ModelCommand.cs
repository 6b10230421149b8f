using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>fluister model ...</summary>
internal static class ModelCommand
{
    public static Command Create(CancellationToken cancel) => new("model", "Keep the language models that digests may use")
    {
        ModelAddCommand.Create(cancel),
        ModelListCommand.Create(),
        ModelRemoveCommand.Create(),
        ModelQuantizeCommand.Create(cancel),
        ModelConvertCommand.Create(cancel),
    };
}
