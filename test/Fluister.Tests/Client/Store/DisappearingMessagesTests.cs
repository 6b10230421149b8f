using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Client.Expiring;
using Fluister.Client.Store;
using Fluister.Cryptography;

namespace Fluister.Tests.Client.Store;

public sealed class DisappearingMessagesTests : StoreFixture
{
    private const string Talk = "c0000000-0000-4000-8000-000000000001";
    private static readonly DateTimeOffset s_noon = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
    private readonly WallClock _clock = new(s_noon);
    private readonly List<ClientEvent> _told = [];
    private readonly List<string> _deleted = [];

    [Fact]
    public async Task What_is_due_goes_with_its_files_and_is_told()
    {
        await using var sweep = Sweep();
        var due = Add(5, s_noon, "aa/aa");
        var later = Add(30, s_noon, "bb/bb");
        _clock.Now = s_noon.AddSeconds(5);
        Assert.Equal(s_noon.AddSeconds(30), sweep.Sweep());
        Assert.Null(Store.Messages.Find(due.Id));
        Assert.NotNull(Store.Messages.Find(later.Id));
        Assert.Equal([due.Id], Assert.IsType<MessagesExpired>(Assert.Single(_told)).MessageIds);
        Assert.Equal(["aa/aa"], _deleted);
    }

    [Fact]
    public async Task More_than_one_transaction_removes_go_all_the_same()
    {
        await using var sweep = Sweep();
        for (var i = 0; i < ClientLimits.ExpiredAtOnce + 1; i++)
        {
            Add(1, s_noon, null);
        }

        _clock.Now = s_noon.AddSeconds(1);
        Assert.Equal(_clock.Now + ClientLimits.ExpiryLook, sweep.Sweep());
        Assert.Empty(Store.Messages.Last(Talk, 1));
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public async Task A_file_that_another_message_has_stays()
    {
        await using var sweep = Sweep();
        Add(1, s_noon, "aa/aa");
        Add(60, s_noon, "aa/aa");
        _clock.Now = s_noon.AddSeconds(1);
        sweep.Sweep();
        Assert.Empty(_deleted);
        _clock.Now = s_noon.AddSeconds(60);
        sweep.Sweep();
        Assert.Equal(["aa/aa"], _deleted);
    }

    [Fact]
    public async Task A_file_that_could_not_be_deleted_is_deleted_later()
    {
        await using (var failing = Sweep(_ => throw new ClientException(ClientError.Store, "The disk fails.")))
        {
            Add(1, s_noon, "aa/aa");
            _clock.Now = s_noon.AddSeconds(1);
            Assert.Throws<ClientException>(() => failing.Sweep());
        }

        Reopen();
        await using var sweep = Sweep();
        sweep.Sweep();
        Assert.Equal(["aa/aa"], _deleted);
        Assert.Empty(Store.Jobs.Waiting("file deletion", 10));
    }

    [Fact(Timeout = 60_000)]
    public async Task It_wakes_when_a_timer_begins()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await using var sweep = Sweep(tell: gone => told.Writer.TryWrite(((MessagesExpired)gone).MessageIds[0]));
        var first = Add(1, s_noon.AddSeconds(-1), null);
        sweep.Start();
        Assert.Equal(first.Id, await told.Reader.ReadAsync(TestContext.Current.CancellationToken));

        // It has looked, and by this clock no time passes.
        var message = Message(Talk, s_noon.ToUnixTimeMilliseconds()) with { ExpireTimer = 1 };
        Store.Messages.Add(message);
        Store.Messages.Update(message with { ExpirationStart = s_noon.AddSeconds(-1).ToUnixTimeMilliseconds() });
        Assert.Equal(message.Id, await told.Reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    private DisappearingMessages Sweep(Action<string>? delete = null, Action<ClientEvent>? tell = null) => new(
        new ClientContext(Store, null!, null!, () => [], _clock, RandomSource.System, tell ?? _told.Add), delete ?? _deleted.Add);

    private StoredMessage Add(long seconds, DateTimeOffset start, string? file)
    {
        var message = Message(Talk, s_noon.ToUnixTimeMilliseconds(), json: file is null ? [] : new JsonObject
        {
            ["attachments"] = new JsonArray(new JsonObject { ["path"] = file, ["contentType"] = "image/png", ["size"] = 1 }),
        }) with
        { ExpireTimer = seconds, ExpirationStart = start.ToUnixTimeMilliseconds() };
        Store.Messages.Add(message);
        return message;
    }

    /// <summary>The time that a test says; what is waited for by the clock never comes.</summary>
    private sealed class WallClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            TimeProvider.System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
