using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server backup</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The file to write, which must not be there yet; - writes to standard output",
        };
        var command = new Command("backup", """
            Write a backup while the server runs: keys, certificates, settings and database, checked before it is kept. Not attachments.
            The file is not encrypted, and whoever has it can be this server: encrypt it before it leaves the machine.

              fluister-server backup /media/backup/server.tar
              fluister-server backup - | age -r age1… > server.tar.age
            """) { file };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var now = TimeProvider.System.GetUtcNow();
            var name = parsed.GetValue(file)!;
            if (name == "-")
            {
                using var output = Console.OpenStandardOutput();
                Report(Backup.Write(folder, output, Path.Combine(folder.Path, "backup.partial"), now));
                return ExitCode.Done;
            }

            if (File.Exists(name))
            {
                throw new OperationException($"{name} is there already; nothing was written.", ExitCode.Denied);
            }

            var partial = name + ".partial";
            try
            {
                BackupManifest manifest;
                using (var output = DataFolder.Create(partial))
                {
                    manifest = Backup.Write(folder, output, name + ".database.partial", now);
                    output.Flush(flushToDisk: true);
                }

                File.Move(partial, name);
                Report(manifest);
                return ExitCode.Done;
            }
            finally
            {
                File.Delete(partial);
            }
        });
        return command;
    }

    private static void Report(BackupManifest manifest) =>
        Console.Error.WriteLine($"Backup of server {manifest.Tag}: {manifest.Files.Count} files, "
            + $"{manifest.Files.Sum(entry => entry.Size) / 1024:n0} KiB; the database was checked and is whole.");
}
