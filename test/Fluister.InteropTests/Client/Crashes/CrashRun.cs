using System.Diagnostics;
using Fluister.Client;
using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Client.Crashes;

/// <summary>Two people talk over a home server, while one of the three processes after the other is killed.</summary>
internal sealed class CrashRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _place = Directory.CreateTempSubdirectory("crash").FullName;
    private readonly Random _random;
    private readonly ServerProcess _server;
    private readonly Party[] _parties;
    private readonly Talker[] _talkers;
    private int _lines;

    /// <summary>Makes the server and the accounts.</summary>
    public CrashRun(int seed)
    {
        _random = new Random(seed);
        _server = new ServerProcess(ServerProcess.FreePort());
        var file = Path.Combine(_place, "file.bin");
        var bytes = new byte[40_000];
        _random.NextBytes(bytes);
        File.WriteAllBytes(file, bytes);
        _parties = [.. ((string[])["anna", "ben"]).Select(name => new Party(_place, name, _server.InviteLink()))];
        _talkers =
        [
            new Talker(_parties[0], _parties[1], file, seed + 1),
            new Talker(_parties[1], _parties[0], file, seed + 2),
        ];
        foreach (var party in _parties)
        {
            party.Listeners.Add(_ => Interlocked.Increment(ref _lines));
        }
    }

    /// <summary>Kills that were made: of anna, of ben, of the server, and how many of them at a line of output, and while
    /// starting.</summary>
    public int[] Kills { get; } = new int[5];

    /// <summary>The accounts.</summary>
    public IReadOnlyList<Party> Parties => _parties;

    /// <summary>What they said and heard.</summary>
    public IReadOnlyList<Talker> Talkers => _talkers;

    /// <summary>Talks and kills, then has both finish what they began, and ends everything in good order.</summary>
    public async Task RunAsync(int kills)
    {
        foreach (var party in _parties)
        {
            party.Begin();
            await party.ReadyAsync();
        }

        using var stop = new CancellationTokenSource();
        var talking = _talkers.Select(talker => talker.TalkAsync(stop.Token)).ToList();
        while (Kills[..3].Sum() < kills)
        {
            await PointAsync();
            await KillAsync(_random.Next(3));
        }

        await stop.CancelAsync();
        await Task.WhenAll(talking).WaitAsync(Patience);

        // A fresh message goes both ways, and all that went before it has come before it.
        foreach (var (talker, other) in new[] { (_talkers[0], _talkers[1]), (_talkers[1], _talkers[0]) })
        {
            await other.HearsAsync(await talker.InsistAsync(), Patience);
        }

        foreach (var party in _parties)
        {
            party.Stop();
        }

        // Whatever a kill had left to do is done with the next connection.
        await Task.WhenAll(_parties.Select(SettleAsync)).WaitAsync(Patience);
        Assert.Equal(0, _server.Stop());
    }

    public void Dispose()
    {
        foreach (var party in _parties)
        {
            party.Dispose();
        }

        _server.Dispose();
        Directory.Delete(_place, recursive: true);
    }

    private static async Task SettleAsync(Party party)
    {
        using var key = party.OpenKey();
        await using var client = AccountClient.Open(party.Folder.Path, key);
        client.Connect(receive: true);
        await client.QueueEmptyAsync(CancellationToken.None);
        await client.AttachmentsFetchedAsync(CancellationToken.None);
        await client.SentAsync(CancellationToken.None);
    }

    /// <summary>Waits for the next point at which something is killed: any time, or right after some line that a daemon wrote.</summary>
    private async Task PointAsync()
    {
        // Something has to happen between two ends, or nothing would be tried.
        var clock = Stopwatch.StartNew();
        var until = Volatile.Read(ref _lines) + _random.Next(1, 30);
        var isAtLine = _random.Next(2) == 0;
        if (!isAtLine)
        {
            until = Volatile.Read(ref _lines) + 1;
        }

        while (Volatile.Read(ref _lines) < until && clock.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(1);
        }

        if (isAtLine)
        {
            Kills[3]++;
        }
        else
        {
            await Task.Delay(_random.Next(400));
        }
    }

    private async Task KillAsync(int which)
    {
        Kills[which]++;
        if (which == 2)
        {
            _server.Kill();
            await Task.Run(_server.Start);
            return;
        }

        _parties[which].Kill();
        _parties[which].Begin();
        if (_random.Next(5) == 0)
        {
            // Once more, while it starts, takes up its store, or connects.
            Kills[4]++;
            await Task.Delay(_random.Next(1200));
            _parties[which].Kill();
            _parties[which].Begin();
        }

        await _parties[which].ReadyAsync();
    }
}
