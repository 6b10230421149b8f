using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Fluister.Simulation.Worlds;

namespace Fluister.Simulation.Commands;

/// <summary>fluister-sim run: one world. fluister-sim soak: one after another.</summary>
internal static class RunCommand
{
    private const int Clean = 0;
    private const int Faulty = 1;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>The command run.</summary>
    public static Command Run()
    {
        var seed = new Option<int>("--seed") { Description = "decides what happens", DefaultValueFactory = _ => 1 };
        var trace = new Option<bool>("--trace") { Description = "tell what happens, on the error output" };
        var world = new WorldOption();
        var command = new Command("run", "One world, of a seed.") { seed, trace };
        world.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            Action<string>? tell = parsed.GetValue(trace) ? Console.Error.WriteLine : null;
            var result = await World.RunAsync(parsed.GetValue(seed), world.Read(parsed), tell).ConfigureAwait(false);
            Report(result, parsed.GetValue(world.Json));
            return result.IsClean ? Clean : Faulty;
        });
        return command;
    }

    /// <summary>The command soak.</summary>
    public static Command Soak()
    {
        var minutes = new Option<double>("--minutes") { Description = "for how long", DefaultValueFactory = _ => 1 };
        var from = new Option<int>("--from") { Description = "the first seed", DefaultValueFactory = _ => 1 };
        var goOn = new Option<bool>("--go-on") { Description = "go on after a failure" };
        var world = new WorldOption();
        var command = new Command("soak", "One world after another, until one fails.") { minutes, from, goOn };
        world.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = world.Read(parsed);
            var until = TimeSpan.FromMinutes(parsed.GetValue(minutes));
            var watch = Stopwatch.StartNew();
            var (seed, failed, accepted, deliveries, noticed) = (parsed.GetValue(from), 0, 0L, 0L, 0L);
            for (; watch.Elapsed < until && !cancellation.IsCancellationRequested; seed++)
            {
                var result = await World.RunAsync(seed, options).ConfigureAwait(false);
                accepted += result.Verdict.Accepted;
                deliveries += result.Verdict.Deliveries;
                noticed += result.Verdict.LostAndNoticed;
                if (!result.IsClean)
                {
                    failed++;
                    Report(result, parsed.GetValue(world.Json));
                    if (!parsed.GetValue(goOn))
                    {
                        return Faulty;
                    }
                }
            }

            var worlds = seed - parsed.GetValue(from);
            Console.WriteLine(parsed.GetValue(world.Json)
                ? JsonSerializer.Serialize(
                    new { worlds, failed, accepted, deliveries, noticed, seconds = watch.Elapsed.TotalSeconds }, _json)
                : $"{worlds} worlds in {watch.Elapsed.TotalSeconds:F0} s, {failed} failed: "
                    + $"{accepted} messages accepted, {deliveries} delivered"
                    + (options.RollsBack ? $", {noticed} lost to old copies and noticed" : ""));
            return failed == 0 ? Clean : Faulty;
        });
        return command;
    }

    private static void Report(WorldResult result, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { result.Seed, result.IsClean, result.Verdict, result.Failures, result.Receipts, result.Command }, _json));
            return;
        }

        Console.WriteLine(result);
        if (!result.IsClean)
        {
            foreach (var line in result.Minimal())
            {
                Console.WriteLine(line);
            }

            Console.WriteLine($"again: {result.Command}");
        }
    }
}
