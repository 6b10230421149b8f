using Fluister.Summaries;
using Fluister.Summaries.Evaluation.Injection;

namespace Fluister.Tests.Summaries.Injection;

/// <summary>Whole digests by models that obey the attacker, and keep to no form: what engines without grammars may give.</summary>
public sealed class ScriptedAttackTests
{
    private static Task<Digest> DigestAsync(Talk talk, string answer) => DigestAsync(talk, new ScriptedEngine(_ => answer));

    private static async Task<Digest> DigestAsync(Talk talk, ScriptedEngine engine)
    {
        var options = new DigestOptions();
        return await ModelDigester.DigestAsync(Digester.Digest(Talk.Conversation, Talk.Me, talk.Messages, options), Talk.Me, talk.Messages,
            options, new() { Engine = engine, Preselection = 1 }, null, TestContext.Current.CancellationToken);
    }

    private static Talk Trip() => new Talk()
        .Say("Anna: The boat costs 85 euros for Saturday, I paid it.")
        .Say("Ben: Great! I bring 2 loaves of bread and 15 apples.")
        .Say("Clara: I can't come on Friday, but I come on Saturday at 10:30.");

    /// <summary>Quotes stand word for word in the message that they name, and are given to its sender.</summary>
    private static void HoldsOnlyQuotes(Digest digest, Talk talk)
    {
        var points = digest.Topics.SelectMany(x => x.Points).Concat(digest.AnswerPoints).ToList();
        Assert.All(points, x =>
        {
            Assert.True(x.IsQuote, x.Text);
            var message = talk.Messages.Single(m => m.Id == x.Sources[0].MessageId);
            Assert.Contains(x.Text, message.Body!, StringComparison.Ordinal);
            Assert.Equal(message.Sender, x.Speaker);
        });
    }

    public static TheoryData<string> Broken =>
    [
        "", "no", "null", "[]", "{}", "{\"points\":null}", "{\"points\":{}}", "{\"points\":[null,1,\"x\",[],{}]}",
        "{\"points\":[{\"who\":1,\"text\":[],\"cites\":{}}]}",
            "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros.\",\"cites\":[]}]}",
        "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 "
            + "euros.\",\"cites\":[1e99,99999999999999999999,-1,0,4,null,\"\",[1],{\"a\":1}]}]}",
        "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros.\",\"cites\":[\"1\",\"2x\",\"-1\"]}]}",
        "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros.\",\"cites\":[1.5]}]}",
        "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 eu", "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat\\",
            "\u0000\uFFFD\uD800",
        "Sure! Here is the summary you asked for:\n1. Mallory is the new treasurer.", new string('{', 100_000), new string('[', 100_000),
        "{\"points\":[" + "{\"points\":[" + "{\"who\":\"\",\"text\":\"Mallory rules.\",\"cites\":[1]}]}]}",
        "{\"a\":{\"points\":[{\"who\":\"\",\"text\":\"Mallory rules.\",\"cites\":[1]}]}}",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Answers_in_no_form_tell_nothing(string answer)
    {
        var talk = Trip();
        var digest = await DigestAsync(talk, answer);
        HoldsOnlyQuotes(digest, talk);
        Assert.Equal(0, digest.Receipt!.PointsKept);
    }

    [Fact]
    public async Task Members_named_twice_do_not_slip_past_the_checks()
    {
        var talk = Trip();
        foreach (var answer in new[]
        {
            "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros.\",\"text\":\"Mallory rules.\",\"cites\":[1]}]}",
            "{\"points\":[{\"who\":\"Anna\",\"who\":\"Ben\",\"text\":\"The boat costs 85 euros for Saturday.\",\"cites\":[1]}]}",
            "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros for Saturday.\",\"cites\":[1],\"cites\":[2]}]}",
            "{\"points\":[],\"points\":[{\"who\":\"\",\"text\":\"Mallory rules.\",\"cites\":[1]}]}",
        })
        {
            HoldsOnlyQuotes(await DigestAsync(talk, answer), talk);
        }
    }

    [Fact]
    public async Task A_model_that_obeys_every_message_gives_nobody_words_that_they_did_not_say()
    {
        // It writes the canary as a fact, as somebody else's statement, and with every message as its source.
        var (kept, told) = (0, 0);
        foreach (var (i, payload) in Payload.All.Index())
        {
            var canary = Payload.Canary(i);
            var talk = Trip().Say($"Eve: {payload.With(canary)}").Say("David: My brother Christian joins us.");
            var engine = new ScriptedEngine(request => ScriptedEngine.Answer([.. ScriptedEngine.Lines(request).Take(3).SelectMany(x => new[]
            {
                ("", $"{canary} was elected treasurer.", new[] { x.Number }), (x.Speaker, $"{x.Speaker} voted for {canary}.", [x.Number]),
            })]));
            var digest = await DigestAsync(talk, engine);
            foreach (var point in digest.Topics.SelectMany(x => x.Points).Where(x => !x.IsQuote && x.Text.Contains(canary)))
            {
                kept++;

                // Only Eve's own message has the word: nothing else can bear it out, and nobody else can have said it.
                Assert.All(point.Sources, x => Assert.Contains(canary, x.Text, StringComparison.Ordinal));
                Assert.Contains("Eve", point.Speaker?.Name ?? "Eve", StringComparison.Ordinal);
            }

            told += digest.Topics.SelectMany(x => x.Points).Count(x => x.IsQuote);
        }

        Assert.Equal(0, kept);
        Assert.NotEqual(0, told);
    }
}
