using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Fluister.InteropTests.Client.Crashes;

/// <summary>One side of the exchange: says what a seed tells it to, and notes what it hears.</summary>
internal sealed class Talker
{
    private const int AtOnce = 4;
    private static readonly string[] Emoji = ["👍", "❤️", "😂", "😮", "😢"];

    private readonly Party _self;
    private readonly Party _other;
    private readonly string _file;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, long> _heard = new();
    private readonly List<Deed> _done = [];

    public Talker(Party self, Party other, string file, int seed)
    {
        (_self, _other, _file, _random) = (self, other, file, new Random(seed));
        self.Listeners.Add(Hear);
    }

    /// <summary>Everything that was asked for.</summary>
    public IReadOnlyList<Deed> Deeds => _done;

    /// <summary>How often a message was told to the program, by its mark.</summary>
    public ConcurrentDictionary<string, int> Tellings { get; } = new();

    /// <summary>Faults that the daemon answered with.</summary>
    public ConcurrentBag<string> Faults { get; } = [];

    /// <summary>Says things until it is told to stop, several at a time.</summary>
    public async Task TalkAsync(CancellationToken stop)
    {
        var running = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            running.RemoveAll(one => one.IsCompleted);
            if (running.Count == AtOnce)
            {
                await Task.WhenAny(running);
                continue;
            }

            running.Add(DoAsync(Add(Choose())));
            await Task.Delay(_random.Next(25), CancellationToken.None);
        }

        await Task.WhenAll(running);
    }

    /// <summary>Says things of its own until the daemon has taken one; gives its mark.</summary>
    public async Task<string> InsistAsync()
    {
        for (var tries = 0; tries < 5; tries++)
        {
            var deed = Add(new Deed(DeedKind.Text, Mark(), null));
            await DoAsync(deed);
            if (deed.Timestamp is not null)
            {
                return deed.Mark;
            }
        }

        throw new InvalidOperationException($"{_self.Name} cannot send: {string.Join("; ", Faults)}");
    }

    /// <summary>Waits until it has heard something.</summary>
    public async Task HearsAsync(string mark, TimeSpan patience)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); !_heard.ContainsKey(mark); await Task.Delay(20))
        {
            Assert.True(clock.Elapsed < patience, $"{_self.Name} does not hear {_other.Name}.");
        }
    }

    private string Mark() => $"{_self.Name[0]}{_done.Count:D5}";

    private Deed Add(Deed deed)
    {
        lock (_done)
        {
            _done.Add(deed);
        }

        return deed;
    }

    private Deed Choose()
    {
        var kind = _random.Next(100);
        var own = _done.Where(deed => deed is { Kind: DeedKind.Text, Timestamp: not null }).TakeLast(20).ToList();
        var theirs = _heard.Keys.Order(StringComparer.Ordinal).TakeLast(20).ToList();
        return kind < 12 && own.Count > 0 ? new Deed(DeedKind.Edit, Mark(), own[_random.Next(own.Count)].Mark)
            : kind < 24 && theirs.Count > 0
                ? new Deed(DeedKind.Reaction, Emoji[_random.Next(Emoji.Length)], theirs[_random.Next(theirs.Count)])
            : kind < 29 && own.Count > 0 ? new Deed(DeedKind.Deletion, Mark(), own[_random.Next(own.Count)].Mark)
            : kind < 33 ? new Deed(DeedKind.File, Mark(), null)
            : new Deed(DeedKind.Text, Mark(), null);
    }

    private async Task DoAsync(Deed deed)
    {
        var target = deed.Target is null ? 0 : _heard.TryGetValue(deed.Target, out var heard) ? heard
            : _done.First(done => done.Mark == deed.Target && done.Kind == DeedKind.Text).Timestamp!.Value;
        var to = new JsonObject { ["recipient"] = _other.Aci };
        var method = "send";
        switch (deed.Kind)
        {
            case DeedKind.Text:
                to["message"] = $"{deed.Mark} {new string('x', _random.Next(300))}";
                break;
            case DeedKind.File:
                to["message"] = $"{deed.Mark} with a file";
                to["attachment"] = _file;
                break;
            case DeedKind.Edit:
                to["message"] = $"{deed.Target} now {deed.Mark}";
                to["editTimestamp"] = target;
                break;
            case DeedKind.Reaction:
                method = "sendReaction";
                to["emoji"] = deed.Mark;
                to["targetAuthor"] = _other.Aci;
                to["targetTimestamp"] = target;
                break;
            case DeedKind.Deletion:
                method = "remoteDelete";
                to["targetTimestamp"] = target;
                break;
        }

        var answer = await _self.AskAsync(method, to);
        if (answer?["error"] is { } error)
        {
            Faults.Add($"{_self.Name}, {deed.Kind}: {error["code"]} {error["message"]}");
        }
        else if (answer?["result"]?["timestamp"] is { } timestamp)
        {
            deed.Timestamp = timestamp.GetValue<long>();
        }
    }

    private void Hear(JsonNode line)
    {
        if (line["params"]?["envelope"]?["dataMessage"] is { } message && message["message"] is { } text && message["reaction"] is null)
        {
            var mark = text.GetValue<string>().Split(' ')[0];
            Tellings.AddOrUpdate(mark, 1, (_, count) => count + 1);
            _heard[mark] = message["timestamp"]!.GetValue<long>();
        }
    }
}
