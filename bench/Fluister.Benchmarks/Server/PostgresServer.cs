using System.Globalization;

namespace Fluister.Benchmarks.Server;

/// <summary>A PostgreSQL of this run's own, with the settings that it comes with: a commit is on the disk.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Role = "peer";
    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(60);
    private readonly ServerProcess _process;
    private readonly int _port;

    private PostgresServer(ServerProcess process, int port) => (_process, _port) = (process, port);

    /// <summary>How ejabberd reaches it.</summary>
    public string EjabberdSettings => $$"""
        sql_type: pgsql
        sql_server: "127.0.0.1"
        sql_port: {{_port}}
        sql_database: {{Role}}
        sql_username: {{Role}}
        sql_password: "any"
        """;

    /// <summary>Seconds of the processor that all its processes have taken.</summary>
    public double Cpu => _process.Cpu;

    /// <summary>Where its programs are, if they are.</summary>
    public static string? Binaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin")).Order()
            .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
        : null;

    /// <summary>Makes an empty database, and starts it.</summary>
    public static async Task<PostgresServer> StartAsync(string folder, int port)
    {
        Directory.CreateDirectory(folder);
        await Unprivileged.OwnAsync(Path.GetDirectoryName(folder)!);
        await Unprivileged.RunAsync(Program("initdb"), "-D", folder, "-A", "trust", "-U", Role, "-E", "UTF8", "--locale", "C.UTF-8");
        var process = ServerProcess.Start(Unprivileged.Command(
            Program("postgres"), "-D", folder, "-h", "127.0.0.1", "-k", folder, "-p", port.ToString(CultureInfo.InvariantCulture)));
        var server = new PostgresServer(process, port);
        for (var start = DateTime.UtcNow; ;)
        {
            try
            {
                await server.RunAsync("postgres", "-c", $"CREATE DATABASE {Role}");
                return server;
            }
            catch (InvalidOperationException) when (DateTime.UtcNow - start < Starting)
            {
                await Task.Delay(200);
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Runs a file of SQL.</summary>
    public Task RunFileAsync(string path) => RunAsync(Role, "-f", path);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Program(string name) => Path.Combine(Binaries()!, name);

    private Task RunAsync(string database, string option, string value) => Unprivileged.RunAsync(
        Program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture),
        "-U", Role, "-d", database, option, value);
}
