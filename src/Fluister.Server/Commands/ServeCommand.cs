using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Fluister.Cryptography;
using Fluister.Server.Hosting;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Fluister.Server.Commands;

/// <summary>fluister-server serve</summary>
internal static class ServeCommand
{
    private const int CertificateSoonDays = 30;

    public static Command Create()
    {
        var port = new Option<int?>("--port")
        {
            Description = "The port, instead of that in the settings; 0 takes one that is free",
            HelpName = "N",
        };
        var command = new Command("serve", """
            Serve until asked to stop (Ctrl-C, or SIGTERM): then requests under way end, and connections are closed

              fluister-server serve
            """) { port };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var options = folder.ReadOptions();
            options = options with { Port = parsed.GetValue(port) ?? options.Port };
            using var occupied = folder.Occupy();
            using var logs = Logs(options);
            await ServeAsync(folder, options, logs, cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task ServeAsync(DataFolder folder, ServerOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        var log = logs.CreateLogger("Fluister.Server");

        // Reads the program's files as they are now, before an update puts others in their place; the descriptor waits for it.
        _ = Task.Run(() => ProgramBuild.Own, cancellation);
        var identity = folder.ReadIdentity();
        var (leaf, chain) = folder.ReadCertificate(options);
        using var certificate = leaf;
        await using var database = new SqliteDatabase(folder.Database) { SyncFailed = () => End(log, logs) };
        var port = options.Port;
        var descriptor = DescriptorCommand.Publish(folder, options, identity, () => port);
        var readiness = new Readiness(database, TimeProvider.System, folder, certificate, cancellation);
        var operations = new OperationRoom(readiness, descriptor);
        var server = new HomeServer(
            database,
            identity,
            TimeProvider.System,
            RandomSource.System,
            options,
            folder.Blobs,
            folder.Avatars,
            folder.BlobCache,
            operations.Routes,
            logs);
        server.Relay.DescriptorSequence = () => descriptor.Sequence;
        await using var listener = new Listener(server, options.Endpoint, certificate, chain);
        await StartAsync(listener, options, cancellation).ConfigureAwait(false);
        using var telemetry = TelemetryExport.Start(options, server, folder);
        port = listener.Port;
        server.Url = options.BaseUrl(port);
        ServerLog.Listening(log, identity.Tag.ToString(), port);
        var days = (int)(certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow).TotalDays;
        if (days < CertificateSoonDays)
        {
            ServerLog.CertificateEnds(log, days);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Listening on port {port}"));
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ServerLog.Draining(log, options.DrainSeconds);
        await listener.StopAsync(TimeSpan.FromSeconds(options.DrainSeconds)).ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
        telemetry?.Dispose();
        ServerLog.Stopped(log);
    }

    // On the writer's thread, which commits and answers nothing any more: whoever waits for an answer gets none, and the next start finds
    // what the disk has. Trying again would succeed and keep nothing (fsync(2), "Notes").
    private static void End(ILogger log, ILoggerFactory logs)
    {
        ServerLog.SyncFailed(log);
        logs.Dispose();
        Console.Error.WriteLine("fluister-server: The disk that the database is on failed to keep what was written. Look at the system's "
            + "log and at the disk before you trust it again.");
        Environment.Exit(ExitCode.Disk);
    }

    private static async Task StartAsync(Listener listener, ServerOptions options, CancellationToken cancellation)
    {
        try
        {
            await listener.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failed) when (Socket(failed) is { } error)
        {
            throw new OperationException(
                error switch
                {
                    SocketError.AddressAlreadyInUse =>
                        $"Port {options.Port} is taken by another program. End that one, or change \"port\" in the settings.",
                    SocketError.AccessDenied =>
                        $"Port {options.Port} may be listened on by root only. Take one from 1024 on, or let systemd give the right: "
                        + "AmbientCapabilities=CAP_NET_BIND_SERVICE.",
                    SocketError.AddressNotAvailable =>
                        $"{options.Address} is not an address of this machine. Change \"address\" in the settings; \"any\" takes all.",
                    _ => $"Listening on port {options.Port} failed: {error}.",
                },
                ExitCode.Denied,
                failed);
        }
    }

    private static SocketError? Socket(Exception? failed) => failed switch
    {
        null => null,
        Microsoft.AspNetCore.Connections.AddressInUseException => SocketError.AddressAlreadyInUse,
        SocketException socket => socket.SocketErrorCode,
        _ => Socket(failed.InnerException),
    };

    // To standard error; standard output says the port, for programs that start this one.
    private static ILoggerFactory Logs(ServerOptions options) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(Enum.Parse<LogLevel>(options.LogLevel, ignoreCase: true))
        .AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
