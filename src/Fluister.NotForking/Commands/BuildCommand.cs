using System.CommandLine;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Documents;
using Fluister.NotForking.Rebuild.Images;
using Fluister.NotForking.Rebuild.Signing;

namespace Fluister.NotForking.Commands;

/// <summary>`not-fork build`, which `./build` starts: releases that anyone can make again.</summary>
internal static partial class BuildCommand
{
    /// <summary>Where the sources are: `./build` says it, so that it can be started from anywhere.</summary>
    private static string Sources => Environment.GetEnvironmentVariable("FLUISTER_SOURCES") ?? ".";

    /// <summary>The command, with its subcommands.</summary>
    public static Command Create() => new("build", "Builds releases that anyone can make again, and checks them.")
    {
        Release(), Verify(), Twice(), Image(), PartsList(), Key(), Sign(), Attest(), Inside(),
    };

    private static Command Release()
    {
        var output = Output("artifacts/release");
        var (only, dirty, key) = (Only(), Dirty(), KeyOption());
        key.Required = false;
        var command = new Command(
            "release", "Builds all that is released from this commit, with SHA256SUMS, the list of parts and the provenance.")
        {
            output, only, dirty, key,
        };
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(output);
            var source = new ReleaseRun(parse.GetValue(dirty), ReleaseRun.Matching(parse.GetRequiredValue(only)), Progress)
                .Make(Sources, folder);
            var sums = Path.Combine(folder, Sums.Name);
            Console.Out.Write(File.ReadAllText(sums));
            Say(source);
            if (parse.GetValue(key) is { } secret)
            {
                ReleaseKey.SignFile(sums, secret);
            }
            else
            {
                Console.Error.WriteLine("Not signed: `./build sign` does it, or --key.");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Image()
    {
        var output = Output("artifacts/image");
        var dirty = Dirty();
        var program = new Argument<string>("program")
        {
            DefaultValueFactory = _ => "fluister*",
            Description = "fluister or fluister-server; both if not given.",
        };
        var command = new Command("image", "Builds the images for containers, which docker and podman load, and prints their digests.")
        {
            program, output, dirty,
        };
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(output);
            var only = $"{parse.GetRequiredValue(program)}-?.*-image.tar";
            var source = new ReleaseRun(parse.GetValue(dirty), ReleaseRun.Matching(only), Progress).Make(Sources, folder);
            foreach (var (name, _) in Sums.Read(Path.Combine(folder, Sums.Name))
                .Where(sum => sum.Name.EndsWith(".tar", StringComparison.Ordinal)))
            {
                Console.WriteLine($"{LayoutFile.Digest(Path.Combine(folder, name))}  {Path.Combine(folder, name)}");
            }

            Say(source);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command PartsList()
    {
        var command = new Command("sbom", "Prints the list of parts (CycloneDX) of this checkout, as its lock files name them.");
        command.SetAction(_ =>
        {
            using var scratch = new Scratch();
            var source = new Checkout(Sources).CopyTo(scratch.Below("source"), isDirtyAllowed: true);
            using var output = Console.OpenStandardOutput();
            output.Write(new Sbom(source, "", []).Write());
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static void Say(Source source) => Console.Error.WriteLine(source.IsDirty
        ? $"Built of files that are not those of commit {source.Commit}: nobody else can make this, and it states no source tree."
        : $"Built of commit {source.Commit}, tree {source.Tree}.");

    private static void Progress(string what)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"Building {what} ...");
        }
    }

    private static Option<string> Output(string folder) => new("--output", "-o")
    {
        DefaultValueFactory = _ => folder,
        Description = "The folder for its files.",
    };

    private static Option<string> Only() => new("--only")
    {
        DefaultValueFactory = _ => "*",
        Description = "Only artifacts with such names: a pattern with * and ?.",
    };

    private static Option<bool> Dirty() => new("--dirty")
    {
        Description = "Takes the files as they lie here, changed or not; the result says so.",
    };
}
