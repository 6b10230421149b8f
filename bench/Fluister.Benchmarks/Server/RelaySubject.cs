namespace Fluister.Benchmarks.Server;

/// <summary>The floor, with or without its disk; it runs with the settings of the runtime that the home server has.</summary>
internal sealed class RelaySubject(bool isStored) : Subject
{
    private int _port;

    /// <inheritdoc/>
    protected override async Task LaunchAsync(int pairs) => (Process, _port) = await ServerProcess.StartAsync(
        "dotnet", "exec",
        "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "fluister-server.runtimeconfig.json"),
        typeof(RelaySubject).Assembly.Location,
        "server-floor",
        isStored ? Path.Combine(Folder, "floor.sqlite") : Relay.NothingStored);

    /// <inheritdoc/>
    protected override Task<Chat> PairAsync(int number) => RelayChat.ConnectAsync(_port, number);

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round) => RelayChat.ConnectAsync(_port);

    /// <inheritdoc/>
    protected override Task<bool> ReturnAsync(IReadOnlyList<Chat> chats) => Task.FromResult(false);
}
