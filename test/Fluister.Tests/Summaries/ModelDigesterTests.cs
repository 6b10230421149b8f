using Fluister.Archive.Conversations;
using Fluister.Cryptography;
using Fluister.Engines;
using Fluister.Summaries;
using Fluister.Summaries.Cache;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Summaries;

public sealed class ModelDigesterTests
{
    private static Talk Club() => new Talk()
        .Say("Anna: Shall we ride to the lighthouse on Saturday?")
        .Say("Ben: Sounds good, the forecast promises sun and hardly any wind.")
        .Say("Robin: I can bring the repair kit and two spare tubes.")
        .Say("Anna: We decided to start at 9:30 from the old bridge, so please be on time.")
        .Say("Ben: Who has the key of the club shed?")
        .Pause(30)
        .Say("Clara: The landlord raised the rent of the club house by eighty euros a month.")
        .Say("Ben: That is a lot of money for a club house with a leaking roof.")
        .Say("Robin: I will write to the landlord about the rent tonight.");

    private static Task<Digest> DigestAsync(List<Message> messages, Engine engine, string? ask = null, int words = 150,
        DigestCache? cache = null, Action<DigestProgress>? progress = null, ModelDigestOptions? model = null,
        CancellationToken cancel = default)
    {
        var options = new DigestOptions { Ask = ask, Words = words };
        return ModelDigester.DigestAsync(Digester.Digest(Talk.Conversation, Talk.Me, messages, options), Talk.Me, messages, options,
            (model ?? new() { Engine = engine }) with { Engine = engine, Cache = cache }, progress, cancel);
    }

    [Fact]
    public async Task True_points_stand_and_false_ones_give_way_to_the_quote()
    {
        var engine = new ScriptedEngine(request => ScriptedEngine.Answer(
            ("Anna", "Anna says they start at 9:30 from the old bridge.", [4]),
            ("Clara", "The landlord raised the rent of the club house by 90 euros.", [6]),
            ("Ben", "Ben sold the shed.", [99]),
            ("Robin", "Robin brings the repair kit and two spare tubes.", [3])));
        var digest = await DigestAsync(Club().Messages, engine);
        var points = digest.Topics.SelectMany(x => x.Points).ToList();
        Assert.Equal(
            ["Robin False Robin brings the repair kit and two spare tubes. m2",
                "Anna False Anna says they start at 9:30 from the old bridge. m3",
                "Clara True The landlord raised the rent of the club house by eighty euros a month. m5"],
            points.Select(x => $"{x.Speaker?.Name} {x.IsQuote} {x.Text} {string.Join(' ', x.Sources.Select(s => s.MessageId))}"));
        Assert.Equal((2, 1, 1, 0), (digest.Receipt!.PointsKept, digest.Receipt.PointsDropped["number"],
            digest.Receipt.PointsDropped["cites"], digest.Receipt.SegmentsFailed));
        Assert.Equal((8, 8, 1), (digest.Receipt.MessagesCovered, digest.Receipt.MessagesRead, digest.Receipt.Segments));
        Assert.Equal(await engine.CountTokensAsync(engine.Requests[0].Prompt, default), digest.Receipt.PromptTokens);
        Assert.StartsWith("digest.v1 ", digest.Receipt.PromptVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_lie_in_their_topics_and_keep_to_the_words()
    {
        var messages = Month.Talk(11, 900);
        foreach (var words in new[] { 20, 60, 150, 400 })
        {
            var digest = await DigestAsync(messages, new ScriptedEngine(x => ScriptedEngine.Echo(x)), words: words);
            var shown = digest.Topics
                .Select(x => x.Points.Count > 0 ? x.Points.Select(p => p.Text) : x.Quotes.Select(q => q.Text)).ToList();
            Assert.InRange(shown.SelectMany(x => x).Sum(x => x.Split(' ').Length), Math.Min(words / 2, 120), words);
            Assert.All(digest.Topics, topic => Assert.All(topic.Points, point => Assert.InRange(
                point.Sources.Min(x => x.SentAt.UnixMilliseconds), topic.From.UnixMilliseconds, topic.To.UnixMilliseconds)));
            Assert.All(digest.Topics, x => Assert.Equal(x.Points.OrderBy(p => p.Sources[0].SentAt), x.Points));
            var texts = digest.Topics.SelectMany(x => x.Points).Select(x => x.Text).ToList();
            Assert.Equal(texts.Distinct(), texts);
        }
    }

    [Fact]
    public async Task A_digest_after_fifty_more_messages_costs_a_tenth_of_the_first()
    {
        var shares = new List<double>();
        foreach (var seed in new[] { 1, 2, 3, 4, 5, 6 })
        {
            using var folder = new TemporaryFolder();
            using var secret = new Secret(Enumerable.Repeat((byte)7, 32).ToArray());
            var messages = Month.Talk(seed, 1850);
            async Task<Digest> NextAsync(List<Message> some)
            {
                using var cache = DigestCache.Open(folder.Path, secret);
                return await DigestAsync(some, new ScriptedEngine(x => ScriptedEngine.Echo(x)), cache: cache);
            }

            var (first, next) = (await NextAsync(messages[..^50]), await NextAsync(messages));
            shares.Add(Cost(next) / (double)Cost(first));
            Assert.True(next.Receipt!.SegmentsFromCache >= first.Receipt!.Segments - 2);
            if (seed == 1)
            {
                var fresh = await DigestAsync(messages, new ScriptedEngine(x => ScriptedEngine.Echo(x)));
                Assert.Equal(Told(fresh), Told(next));
            }
        }

        // Fifty messages are 2.8 % of a month of 1,800; how much of it the last segment is, is chance.
        var all = string.Join(", ", shares.Select(x => $"{x:P1}"));
        Assert.True(shares.Average() <= 0.1 && shares.TrueForAll(x => x is > 0 and < 0.13), all);
        static long Cost(Digest digest) => digest.Receipt!.PromptTokens + digest.Receipt.GeneratedTokens;
        static List<string> Told(Digest digest) => digest.Topics.SelectMany(x => x.Points).Select(x => x.Text).ToList();
    }

    [Fact]
    public async Task What_is_known_holds_only_for_the_same_messages_model_prompt_and_parameters()
    {
        using var folder = new TemporaryFolder();
        using var secret = new Secret(Enumerable.Repeat((byte)7, 32).ToArray());
        using var cache = DigestCache.Open(folder.Path, secret);
        var messages = Club().Messages;
        async Task<int> KnownAsync(string? ask = null, string model = "a", ModelDigestOptions? options = null, List<Message>? other = null)
        {
            var engine = new ScriptedEngine(x => ScriptedEngine.Echo(x), model: model);
            return (await DigestAsync(other ?? messages, engine, ask, cache: cache, model: options)).Receipt!.SegmentsFromCache;
        }

        var none = new ModelDigestOptions { Engine = new ScriptedEngine(_ => "") };
        Assert.Equal(0, await KnownAsync());
        Assert.Equal(1, await KnownAsync());
        Assert.Equal(0, await KnownAsync(model: "b"));
        Assert.Equal(0, await KnownAsync("What about the rent?"));
        Assert.Equal(1, await KnownAsync("What about the rent?"));
        Assert.Equal(0, await KnownAsync("What about the landlord?"));
        Assert.Equal(0, await KnownAsync(options: none with { Language = "de" }));
        Assert.Equal(0, await KnownAsync(options: none with { Temperature = 0.5f, Seed = 1 }));
        Assert.Equal(0, await KnownAsync(options: none with { Temperature = 0.5f, Seed = 2 }));
        Assert.Equal(1, await KnownAsync(options: none with { Seed = 2 }));
        var edited = Club().Messages;
        edited[2] = new Message
        {
            Id = "m2",
            RowId = 2,
            ConversationId = "c",
            Sender = edited[2].Sender,
            SentAt = edited[2].SentAt,
            Body = "I can bring the repair kit.",
        };
        Assert.Equal(0, await KnownAsync(other: edited));
        Assert.Equal(1, await KnownAsync());
    }

    [Fact]
    public async Task An_engine_that_dies_midway_leaves_points_and_quotes()
    {
        var messages = Month.Talk(4, 900);
        var calls = 0;
        var engine = new ScriptedEngine(x =>
            ++calls > 5 ? throw new EngineException(EngineError.Crashed, "The engine ended.") : ScriptedEngine.Echo(x));
        var digest = await DigestAsync(messages, engine);
        Assert.Equal(6, calls);
        Assert.Equal(digest.Receipt!.Segments - 5, digest.Receipt.SegmentsFailed);
        Assert.True(digest.Receipt.SegmentsFailed > 10);
        Assert.Contains(digest.Topics.SelectMany(x => x.Points), x => !x.IsQuote);
        Assert.Contains(digest.Topics.SelectMany(x => x.Points), x => x.IsQuote);
    }

    [Theory]
    [InlineData(EngineError.NotFound)]
    [InlineData(EngineError.Timeout)]
    [InlineData(EngineError.Protocol)]
    public async Task An_engine_that_does_nothing_leaves_the_extractive_digest(EngineError error)
    {
        var messages = Month.Talk(4, 300);
        foreach (var ask in new[] { null, "Who brings the tent?" })
        {
            var digest = await DigestAsync(messages, new ScriptedEngine(_ => throw new EngineException(error, "No.")), ask);
            var extractive = Digester.Digest(Talk.Conversation, Talk.Me, messages, new() { Ask = ask });
            var points = digest.Topics.SelectMany(x => x.Points).Concat(digest.AnswerPoints).ToList();
            Assert.NotEmpty(points);
            Assert.All(points, x => Assert.True(x.IsQuote));
            Assert.Subset(extractive.Quotes.Select(x => x.Text).ToHashSet(), points.Select(x => x.Text).ToHashSet());
            Assert.Equal(digest.Receipt!.Segments, digest.Receipt.SegmentsFailed);
            Assert.Equal(0, digest.Receipt.PointsKept);
        }
    }

    [Fact]
    public async Task What_does_not_fit_is_cut_in_two()
    {
        var messages = Month.Talk(4, 200);
        var whole = new ScriptedEngine(x => ScriptedEngine.Echo(x));
        await DigestAsync(messages, whole, model: new() { Engine = whole, Preselection = 1 });
        // Counted before it is asked.
        var small = new ScriptedEngine(x => ScriptedEngine.Echo(x), context: 900);
        var digest = await DigestAsync(messages, small, model: new() { Engine = small, Preselection = 1 });
        Assert.True(small.Requests.Count > whole.Requests.Count);
        Assert.All(small.Requests, x => Assert.True(x.Prompt.User.Length < 4 * 900));
        Assert.Equal(0, digest.Receipt!.SegmentsFailed);
        // Refused by the engine, which counts otherwise.
        var strict = new ScriptedEngine(x => ScriptedEngine.Lines(x).Count > 5
            ? throw new EngineException(EngineError.ContextOverflow, "Too long.") : ScriptedEngine.Echo(x));
        digest = await DigestAsync(messages, strict, model: new() { Engine = strict, Preselection = 1 });
        Assert.Equal(0, digest.Receipt!.SegmentsFailed);
        Assert.Equal(200, digest.Receipt.MessagesRead);
        Assert.NotEmpty(digest.Topics.SelectMany(x => x.Points));
        // Never fits: ends all the same.
        var full = new ScriptedEngine(_ => throw new EngineException(EngineError.ContextOverflow, "Too long."));
        digest = await DigestAsync(messages, full);
        Assert.Equal(digest.Receipt!.Segments, digest.Receipt.SegmentsFailed);
        Assert.All(digest.Topics.SelectMany(x => x.Points), x => Assert.True(x.IsQuote));
    }

    [Fact]
    public async Task A_question_is_put_to_the_places_that_bear_on_it_only()
    {
        var messages = Month.Talk(6, 1500);
        var engine = new ScriptedEngine(x => ScriptedEngine.Echo(x, 1));
        var digest = await DigestAsync(messages, engine, "What did Dilek say about the concert ticket?");
        var all = new ScriptedEngine(x => ScriptedEngine.Echo(x, 1));
        await DigestAsync(messages, all);
        Assert.InRange(engine.Requests.Count, 1, all.Requests.Count * 2 / 3);
        Assert.All(engine.Requests, x => Assert.Contains("Question: What did Dilek say about the concert ticket?", x.Prompt.User,
            StringComparison.Ordinal));
        Assert.NotEmpty(digest.AnswerPoints);
        Assert.InRange(digest.AnswerPoints.Sum(x => x.Text.Split(' ').Length), 1, 150);
        Assert.Empty(digest.Topics);
        Assert.Equal(digest.AnswerPoints.OrderBy(x => x.Sources[0].SentAt).Select(x => x.Text), digest.AnswerPoints.Select(x => x.Text));
        var silent = new ScriptedEngine(x => ScriptedEngine.Echo(x));
        Assert.Empty((await DigestAsync(messages, silent, "What about zebras?")).AnswerPoints);
        Assert.Empty(silent.Requests);
    }

    [Fact]
    public async Task Progress_tells_the_plan_the_text_the_points_and_the_time_left()
    {
        var events = new List<DigestProgress>();
        var digest = await DigestAsync(Month.Talk(4, 400), new ScriptedEngine(x => ScriptedEngine.Echo(x)), progress: events.Add);
        var planned = Assert.IsType<DigestProgress.Planned>(events[0]);
        Assert.Equal((digest.Receipt!.Segments, 0, digest.Receipt.PromptTokens),
            (planned.Segments, planned.FromCache, planned.PromptTokens));
        Assert.True(planned.Remaining > TimeSpan.FromMilliseconds(planned.PromptTokens));
        var done = events.OfType<DigestProgress.SegmentDone>().ToList();
        Assert.Equal(Enumerable.Range(0, planned.Segments), done.Select(x => x.Segment));
        Assert.True(done[done.Count / 2].Remaining < done[0].Remaining);
        Assert.Equal(TimeSpan.Zero, done[^1].Remaining);
        Assert.Equal(planned.Segments, events.OfType<DigestProgress.Text>().Count());
        Assert.NotEmpty(events.OfType<DigestProgress.Point>());
    }

    [Fact]
    public async Task Who_cancels_is_obeyed()
    {
        using var cancel = new CancellationTokenSource();
        var calls = 0;
        var engine = new ScriptedEngine(x =>
        {
            if (++calls == 3)
            {
                cancel.Cancel();
            }

            return ScriptedEngine.Echo(x);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DigestAsync(Month.Talk(4, 900), engine, cancel: cancel.Token));
        Assert.Equal(3, calls);
        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DigestAsync(Month.Talk(4, 90), engine, cancel: before.Token));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Any_answer_to_any_messages_makes_a_digest_whose_quotes_are_quotes()
    {
        var random = new Random(9);
        string[] answers = ["", "{", "{\"points\":[", "{\"points\":[{\"who\":\"Anna\",\"text\":\"", "[]", "null", "{\"points\":{}}",
            "\uD800",
            "{\"points\":[{\"who\":1,\"text\":[],\"cites\":{}},7,{\"text\":\"the tent\",\"cites\":[1,\"2\",2.5,null,99999999999]}]}",
            "{\"points\":[{\"who\":\"\",\"text\":\"\\ud800\",\"cites\":[1]}]}", new string('[', 100_000), new string('{', 100_000)];
        for (var seed = 0; seed < 30; seed++)
        {
            var messages = HostileTests.Make(seed);
            foreach (var ask in new[] { null, "What about the word?" })
            {
                var engine = new ScriptedEngine(x => random.Next(3) == 0 ? ScriptedEngine.Echo(x) : answers[random.Next(answers.Length)]);
                var digest = await DigestAsync(messages, engine, ask);
                var byId = messages.ToDictionary(x => x.Id);
                foreach (var point in digest.Topics.SelectMany(x => x.Points).Concat(digest.AnswerPoints))
                {
                    Assert.NotEmpty(point.Sources);
                    Assert.All(point.Sources, x => Assert.Contains(x.Text, byId[x.MessageId].Body!, StringComparison.Ordinal));
                    Assert.True(!point.IsQuote || point.Text == point.Sources[0].Text);
                    Assert.True(point.Speaker is null || point.Sources.Any(x => x.Speaker == point.Speaker));
                }
            }
        }
    }
}
