using System.CommandLine;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>--data, which every command has.</summary>
internal static class DataOption
{
    /// <summary>Names the folder; systemd names it where it made one for the service.</summary>
    public static Option<string?> Option { get; } = new("--data")
    {
        Description = "The folder that the server keeps everything in; $FLUISTER_DATA or $STATE_DIRECTORY if not given",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("FLUISTER_DATA") ?? Environment.GetEnvironmentVariable("STATE_DIRECTORY"),
    };

    /// <summary>The folder.</summary>
    /// <exception cref="OperationException">None was named.</exception>
    public static DataFolder Folder(ParseResult parsed) =>
        parsed.GetValue(Option) is { Length: > 0 } path
            ? new DataFolder(path)
            : throw new OperationException(
                "Name the server's folder with --data DIR, or in the environment variable FLUISTER_DATA.", ExitCode.Usage);

    /// <summary>The folder, in which a server was set up.</summary>
    /// <exception cref="OperationException">None was named, or it is not one to work on.</exception>
    public static DataFolder CheckedFolder(ParseResult parsed)
    {
        var folder = Folder(parsed);
        folder.Check();
        return folder;
    }
}
