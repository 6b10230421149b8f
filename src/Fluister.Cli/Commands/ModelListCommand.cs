using System.CommandLine;
using Fluister.Engines.Models;

namespace Fluister.Cli.Commands;

/// <summary>fluister model list</summary>
internal static class ModelListCommand
{
    private const int NameWidth = 28;

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", """
            List the models that were added

              fluister model list --json                           for another program
            """) { json };
        command.SetAction(parsed =>
        {
            var models = ModelStore.Open().List();
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines(models, ModelText.Write);
            }
            else if (models.Count == 0)
            {
                Console.Error.WriteLine("There are no models yet. `fluister model add FILE.gguf` adds one that you have.");
            }
            else
            {
                Print(models);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Model> models)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        output.WriteLine($"{Terminal.Fit("NAME", NameWidth)}  {"SIZE",8}  {"TYPE",-8}  {"CONTEXT",8}  {"LICENCE",-14}  FILE");
        foreach (var model in models)
        {
            var state = !File.Exists(model.Path) ? " (gone)" : model.IsCopy ? " (copy)" : "";
            output.WriteLine($"{Terminal.Fit(model.Name, NameWidth)}  {ModelText.Size(model.Size),8}  {Terminal.Fit(model.FileType, 8)}  "
                + $"{model.ContextLength,8}  {Terminal.Fit(model.License ?? "not named", 14)}  {Terminal.Clean(model.Path)}{state}");
        }
    }
}
