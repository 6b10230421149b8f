using System.CommandLine;
using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.Engines.Shared;

namespace Fluister.Cli.Commands;

/// <summary>fluister engine: the child that computes a model; fluister engine check; fluister engine listen.</summary>
internal static class EngineCommand
{
    private const string About = "Look at what runs models on this computer";

    public static Command Create(CancellationToken cancel)
    {
        var command = new Command("engine", About) { CreateCheck(cancel), CreateListen(cancel) };

        // Without more this is the child: it speaks JSON with its parent and with nobody else.
        command.SetAction(async (_, _) =>
        {
            if (!Console.IsInputRedirected)
            {
                throw new UsageException("This is what fluister starts for itself. For people there is `fluister engine check`.");
            }

            var input = Console.OpenStandardInput();
            var output = Console.OpenStandardOutput();
            return await EngineHost.RunAsync(input, output, cancel).ConfigureAwait(false);
        });
        return command;
    }

    private static Command CreateCheck(CancellationToken cancel)
    {
        var model = new Option<string?>("--model") { Description = "Also load this GGUF file, and measure its speed", HelpName = "file" };
        var library = new Option<string?>("--library") { Description = "Other libraries of llama.cpp", HelpName = "folder" };
        var allowOther = new Option<bool>("--allow-other-libraries")
        {
            Description = "Also libraries that only a libraries.json beside them vouches for",
        };
        var allowUnconfined = new Option<bool>("--allow-unconfined") { Description = "Go on where this system cannot shut an engine in" };
        var json = CommonOptions.Json();
        var socket = new Option<string?>("--socket")
        {
            Description = "Instead ask the engine that `fluister engine listen` lends there to count the tokens of a word",
            HelpName = "file",
        };
        var command = new Command("check", """
            Check the libraries of llama.cpp by their hashes, load them in a confined child, and say what keeps it in

            Ends with 0 if an engine can run; a container's health check can use that.

              fluister engine check
              fluister engine check --model ~/models/some.gguf
              fluister engine check --socket /run/engine/engine.sock
            """) { model, library, allowOther, allowUnconfined, json, socket };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(socket) is { } lent)
            {
                await CheckLentAsync(lent, cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            var path = parsed.GetValue(model);
            var options = new NativeEngineOptions
            {
                ModelPath = path ?? "",
                Libraries = parsed.GetValue(library),
                AllowOtherLibraries = parsed.GetValue(allowOther),
                AllowUnconfined = parsed.GetValue(allowUnconfined),
            };
            var (opened, confinement) = await NativeEngine.CheckAsync(options, cancel).ConfigureAwait(false);
            EngineDescription? description = null;
            if (path is not null)
            {
                var engine = await NativeEngine.StartAsync(options, cancel).ConfigureAwait(false);
                await using (engine.ConfigureAwait(false))
                {
                    description = engine.Description;
                }
            }

            var check = new EngineCheck(opened, confinement, description);
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines([check], (writer, it) => it.Write(writer));
            }
            else
            {
                check.Print();
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task CheckLentAsync(string socket, CancellationToken cancel)
    {
        var engine = await SharedEngine.ConnectAsync(socket, cancel).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            try
            {
                await engine.CountTokensAsync(new Engines.Prompt("", "word"), patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // It works for somebody else, and is well.
            }

            Console.WriteLine(Terminal.Clean($"{engine.Description.Kind}, {engine.Description.Model}: {engine.Description.Confinement}"));
        }
    }

    private static Command CreateListen(CancellationToken cancel)
    {
        var engine = new EngineOptions();
        var socket = new Option<string>("--socket") { Description = "Where to listen", HelpName = "file", Required = true };
        var command = new Command("listen", """
            Load a model and lend it to digests on this computer, over a Unix domain socket, until it is ended

              fluister engine listen --socket /run/user/1000/engine.sock --model ~/models/some.gguf
              fluister digest -c "Family" --engine unix:/run/user/1000/engine.sock
            """) { socket };
        engine.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var choice = engine.Choose(parsed) ?? throw new UsageException("Name a model with --model, or an engine with --engine.");
            var lent = await choice.StartAsync(cancel).ConfigureAwait(false);
            await using (lent.ConfigureAwait(false))
            {
                using var listener = EngineListener.Open(parsed.GetValue(socket)!);
                var (name, confinement) = (lent.Description.Model, lent.Description.Confinement);
                await Console.Error.WriteLineAsync(Terminal.Clean($"fluister: {name} listens; {confinement}."))
                    .ConfigureAwait(false);
                await listener.ServeAsync(lent, cancel).ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
