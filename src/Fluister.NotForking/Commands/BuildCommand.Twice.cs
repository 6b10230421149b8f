using System.CommandLine;
using System.Globalization;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Twins;

namespace Fluister.NotForking.Commands;

/// <content>The same build in two surroundings.</content>
internal static partial class BuildCommand
{
    private static Command Twice()
    {
        var (only, dirty) = (Only(), Dirty());
        var plant = new Option<Plant>("--plant")
        {
            Description = "Puts the clock or a path into what is built, to see that this is found: then the command must fail.",
        };
        var command = new Command(
            "twice", "Builds this commit in two surroundings that differ in all that a build must not depend on, and compares.")
        {
            only, dirty, plant,
        };
        command.SetAction(parse =>
        {
            using var twins = new TwinBuild(parse.GetValue(plant), Progress);
            var differences = twins.Compare(Sources, parse.GetValue(dirty), parse.GetRequiredValue(only))
                .Select(difference => difference.ToString()).ToList();
            foreach (var variation in twins.Variations)
            {
                Console.WriteLine(variation);
            }

            differences.ForEach(Console.WriteLine);
            return differences.Count > 0
                ? throw new NotForkException(ExitCode.Verification, $"{differences.Count} of {twins.Count} files differ.")
                : Done($"All {twins.Count} files are identical.");
        });
        return command;
    }

    /// <summary>One of the two builds: in the surroundings as they are, of sources that were laid out before.</summary>
    private static Command Inside()
    {
        var parts = new Argument<string[]>("parts") { Arity = new ArgumentArity(6, 6) };
        var command = new Command("inside") { parts };
        command.Hidden = true;
        command.SetAction(parse =>
        {
            var value = parse.GetRequiredValue(parts);
            var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(value[4], CultureInfo.InvariantCulture));
            var source = new Source(value[0], value[2], value[3] == "-" ? null : value[3], time);
            new Release(source, BuildEnvironment.Inherited(source), value[1], Progress).Make(ReleaseRun.Matching(value[5]));
            return (int)ExitCode.Done;
        });
        return command;
    }
}
