using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server restore</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The backup; - reads standard input" };
        var command = new Command("restore", """
            Put a backup into a folder that is empty or not there, after checking all of it. Messages that came after the backup are not in
            it; some that were read since will come once more. Invites are revoked, since some may have been used: make new ones. Make sure
            that the server it is of does not run any more.

              fluister-server restore --data /var/lib/fluister-server /media/backup/server.tar
            """) { file };
        command.SetAction(parsed =>
        {
            var folder = DataOption.Folder(parsed);
            var name = parsed.GetValue(file)!;
            if (name != "-" && !File.Exists(name))
            {
                throw new OperationException($"There is no file {name}.", ExitCode.NotFound);
            }

            using var input = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
            var manifest = Backup.Restore(input, folder);
            Console.WriteLine($"Server {manifest.Tag} as of {manifest.Created.UtcDateTime:yyyy-MM-dd HH:mm} UTC is in {folder.Path}.");
            return ExitCode.Done;
        });
        return command;
    }
}
