using System.CommandLine;
using Fluister.Engines.Models;

namespace Fluister.Cli.Commands;

/// <summary>fluister model remove</summary>
internal static class ModelRemoveCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the model" };
        var command = new Command("remove", """
            Take a model out of the list; the file itself goes only if it was copied with --copy

              fluister model remove llama
            """) { name };
        command.SetAction(parsed =>
        {
            var model = ModelStore.Open().Remove(parsed.GetRequiredValue(name));
            Console.WriteLine(Terminal.Clean(model.IsCopy
                ? $"Removed {model.Name} and its copy of {ModelText.Size(model.Size)}."
                : $"Removed {model.Name}. Its file stays: {model.Path}"));
            return ExitCode.Done;
        });
        return command;
    }
}
