using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server network describe</summary>
internal static class NetworkDescribeCommand
{
    public static Command Create()
    {
        var name = new Option<string?>("--name") { Description = "What people call the network; its domain by default" };
        var command = new Command("describe", """
            Print the network as clients are built for it: what `not-fork --network FILE` takes. There is no secret in it. Services that
            this server does not have are named below .invalid, with keys that nobody has; change them where somebody else runs them.

              fluister-server network describe --name Example > network.json
            """) { name };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var options = folder.ReadOptions();
            using var authority = options.Certificate is null ? folder.ReadAuthority() : null;
            Console.WriteLine(ClientNetwork.Write(options, folder.ReadIdentity(), authority, parsed.GetValue(name) ?? options.Domain));
            return ExitCode.Done;
        });
        return command;
    }
}
