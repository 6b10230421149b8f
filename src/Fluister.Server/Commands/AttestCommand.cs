using System.CommandLine;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server attest ...</summary>
internal static class AttestCommand
{
    public static Command Create() => new("attest", """
        What rebuilders say of builds: that they built a source tree themselves, and that this build came of it. Other servers may ask for
        it ("rebuilders" and "rebuildersNeeded" in their settings)
        """)
    {
        CreateAdd(),
        CreateList(),
        CreateRemove(),
    };

    private static Command CreateAdd()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "What a rebuilder has signed; - reads it",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("add", """
            Publish what rebuilders say of this server's build, in its descriptor. What is about another build is kept, and published once
            that is the one that serves: add it before you install that build, and no peer holds the server back

              fluister-server attest add one.attestation another.attestation
            """) { files };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var now = TimeProvider.System.GetUtcNow();
            var given = parsed.GetValue(files)!.Select(name => (Name: name, Read: Read(name))).ToList();
            if (given.Find(entry => entry.Read.Said.Until() <= now) is { Name: { } late })
            {
                throw new OperationException($"{late}: This attestation has expired. Nothing was changed.", ExitCode.Denied);
            }

            foreach (var (_, (attestation, said)) in given)
            {
                AttestationFile.Add(folder, attestation, now);
                Console.WriteLine(Describe(attestation, said));
            }

            Publish(folder);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateList()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", """
            List what rebuilders say of builds: who, of which source tree, until when, and whether it is about this build

              fluister-server attest list
            """) { json };
        command.SetAction(parsed =>
        {
            var all = AttestationFile.Read(DataOption.CheckedFolder(parsed));
            if (parsed.GetValue(json))
            {
                JsonLines.Write(all, (writer, entry) =>
                {
                    writer.WriteString("rebuilder", Convert.ToBase64String(entry.Attestation.Key));
                    writer.WriteString("sourceTree", entry.Said.SourceTree);
                    writer.WriteString("expires", entry.Said.Expires);
                    writer.WriteBoolean("isOwn", entry.Said.Attests(ProgramBuild.Own.Build));
                });
                return ExitCode.Done;
            }

            foreach (var (attestation, said) in all)
            {
                Console.WriteLine(Describe(attestation, said));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        var key = new Argument<string>("KEY") { Description = "The rebuilder's key, as `attest list` shows it" };
        var command = new Command("remove", """
            Take away what a rebuilder has said

              fluister-server attest remove MFkwEwYHKoZIzj0CAQ...
            """) { key };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var bytes = new byte[ServerLimits.DescriptorBytes];
            if (!Convert.TryFromBase64String(parsed.GetValue(key)!, bytes, out var length)
                || AttestationFile.Remove(folder, bytes.AsSpan(0, length)) == 0)
            {
                throw new OperationException("That rebuilder has said nothing; `attest list` shows all.", ExitCode.NotFound);
            }

            Publish(folder);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(BuildAttestation attestation, BuildStatementJson said) =>
        $"{Convert.ToBase64String(attestation.Key)}  source tree {said.SourceTree}  until {said.Expires}  "
        + (said.Attests(ProgramBuild.Own.Build) ? "this build" : "other builds");

    // With a higher sequence on the disk, a running server publishes a fresh descriptor.
    private static void Publish(DataFolder folder)
    {
        var options = folder.ReadOptions();
        _ = DescriptorCommand.Publish(folder, options, folder.ReadIdentity(), () => options.Port).Sequence;
    }

    private static (BuildAttestation Attestation, BuildStatementJson Said) Read(string name)
    {
        try
        {
            using var file = name == "-" ? Console.OpenStandardInput()
                : File.Exists(name) ? File.OpenRead(name)
                : throw new OperationException($"There is no file {name}.", ExitCode.NotFound);
            var bytes = new byte[ServerLimits.DescriptorBytes];
            return AttestationFile.Parse(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }
        catch (InvalidDataException wrong)
        {
            throw new OperationException(
                $"{(name == "-" ? "Standard input" : name)}: {wrong.Message} Nothing was changed.", ExitCode.Damaged, wrong);
        }
    }
}
