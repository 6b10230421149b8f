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
            """) { file, CreateVerify() };
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
                    PosixFiles.SyncFile(output);
                }

                File.Move(partial, name);
                PosixFiles.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(name))!);
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

    private static Command CreateVerify()
    {
        var file = new Argument<string>("FILE") { Description = "The backup" };
        var command = new Command("verify", """
            Check a backup as `restore` does, in a folder beside it that is removed: every file's hash, the keys, the settings, the
            database. Takes as much room as the backup.

              fluister-server backup verify /media/backup/server.tar
            """) { file };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(file)!;
            if (!File.Exists(name))
            {
                throw new OperationException($"There is no file {name}.", ExitCode.NotFound);
            }

            using var input = File.OpenRead(name);
            var manifest = Backup.Verify(input, new DataFolder(name + ".verify"));
            Console.WriteLine($"Whole: server {manifest.Tag} as of {manifest.Created.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Report(BackupManifest manifest) =>
        Console.Error.WriteLine($"Backup of server {manifest.Tag}: {manifest.Files.Count} files, "
            + $"{manifest.Files.Sum(entry => entry.Size) / 1024:n0} KiB; the database was checked and is whole.");
}
