using Fluister.Server.Operations;
using Microsoft.Data.Sqlite;

namespace Fluister.Benchmarks.Server;

/// <summary>Our home server, with sealed or with identified senders.</summary>
internal sealed class HomeServerSubject(bool isSealed) : Subject
{
    private Guid[] _accounts = [];
    private int _pairs;
    private int _port;

    /// <summary>The program, which is built with this one.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "fluister-server");

    private DataFolder Data => new(Path.Combine(Folder, "data"));

    /// <inheritdoc/>
    protected override async Task LaunchAsync(int pairs)
    {
        _pairs = pairs;
        _accounts = await BenchAccounts.CreateAsync(Data, (pairs * 4) + Members);
        (Process, _port) = await ServerProcess.StartAsync(Program, "serve", "--data", Data.Path, "--port", "0");
    }

    /// <inheritdoc/>
    protected override Task<Chat> PairAsync(int number) =>
        SignalChat.PairAsync(_port, _accounts[2 * number], _accounts[(2 * number) + 1], isSealed);

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round)
    {
        var from = 2 * (_pairs + number);
        return SignalChat.PairAsync(_port, _accounts[from], _accounts[from + 1], isSealed, isAway: true);
    }

    /// <inheritdoc/>
    protected override async Task<Chat?> ConnectGroupAsync() => isSealed ? await SignalChat.GroupAsync(_port, _accounts[^Members..]) : null;

    /// <inheritdoc/>
    protected override async Task SettleAsync()
    {
        while (Waiting() > 0)
        {
            await Task.Delay(2);
        }
    }

    private long Waiting()
    {
        using var connection = new SqliteConnection($"Data Source={Data.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM letter";
        return (long)command.ExecuteScalar()!;
    }
}
