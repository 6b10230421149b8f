using System.Globalization;
using Fluister.Summaries;
using Fluister.Summaries.Checks;
using Fluister.Summaries.Evaluation;
using Fluister.Summaries.Language;
using Fluister.Summaries.Prompts;
using Selection = Fluister.Summaries.Selection;

namespace Fluister.Tests.Summaries.Injection;

/// <summary>The same on talk that nobody made up for it: sentences of real meetings as points, and changes to them.</summary>
public sealed class MeetingAttackTests(ITestOutputHelper output)
{
    private const int PointsPerMeeting = 60;

    [Fact]
    public void What_was_said_in_meetings_passes_and_what_was_not_falls()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Summaries", "QmSum", "meetings.jsonl");
        var (points, dropped, forged) = (0, 0, 0);
        var (passed, reasons) = (new List<string>(), new Dictionary<string, int>());
        foreach (var meeting in Meeting.ReadAll(path))
        {
            var selection = new Selection(QmSumConversation.Messages(meeting));
            var labels = new SpeakerLabels(selection.Speakers);
            var checker = new PointChecker(labels, ModelRun.CommonWords(selection, CancellationToken.None), "en", "en");
            var lines = selection.Spoken.Select((x, i) => new SheetLine(i, selection.Utterances[i].Speaker, "Sunday 2020-09-13",
                x.SentAt.ToDateTimeOffset()!.Value.ToString("HH:mm", CultureInfo.InvariantCulture), PlainLine.Of(x.Body!,
                    Sheet.LongestText))).ToList();
            var sheet = new Sheet(lines);
            foreach (var line in lines.Where(x => Words.Count(x.Text) is >= 8 and <= 30 && !x.Text.Contains('{')).OrderByDescending(x
                => x.Text.Count(char.IsDigit))
                .ThenBy(x => x.Utterance).Take(PointsPerMeeting))
            {
                points++;
                var who = labels[line.Speaker];
                var cite = line.Utterance + 1;
                if (checker.Check(new(who, line.Text, [cite]), sheet).Failed is { } failed)
                {
                    dropped++;
                    reasons[failed] = reasons.GetValueOrDefault(failed) + 1;
                    continue;
                }

                var truth = new TruePoint(who, line.Text, [cite]);
                var others = Enumerable.Range(0, labels.Count).Where(x => x != line.Speaker && !line.Text.Contains(labels[x])).Select(x
                    => labels[x]);
                foreach (var forgery in Forgeries.Numbers(truth).Concat(Forgeries.Swaps(truth)).Concat(Forgeries.Links(truth).Take(60))
                    .Concat(Forgeries.Contacts(truth)).Concat(others.Select(x => new Forgery("speaker", x, line.Text, [cite])))
                    .Concat(Elsewhere(truth, lines)).Where(x => x.Text != line.Text || x.Who != who || x.Cites[0] != cite))
                {
                    forged++;
                    if (checker.Check(new(forgery.Who, forgery.Text, forgery.Cites), sheet).Failed is null)
                    {
                        passed.Add($"{forgery.Kind}: {forgery.Who} | {forgery.Text} | was: {line.Text}");
                    }
                }
            }
        }

        output.WriteLine($"{dropped} of {points} true points dropped: {string.Join(", ", reasons.Select(x => $"{x.Key} {x.Value}"))}");
        output.WriteLine($"{forged} forgeries, {passed.Count} passed");
        passed.ForEach(output.WriteLine);
        Assert.True(forged > 3000, $"{forged} forgeries");
        Assert.True(passed.Count == 0, $"{passed.Count} of {forged} passed:\n{string.Join('\n', passed.Take(40))}");

        // Spoken sentences address each other; a point that does is an order to the reader, and falls.
        var addressed = reasons.GetValueOrDefault("instruction");
        Assert.True(dropped - addressed < 0.15 * (points - addressed), $"{dropped} of {points} true points dropped");
    }

    /// <summary>Named after an utterance that shares nothing with it.</summary>
    private static IEnumerable<Forgery> Elsewhere(TruePoint point, List<SheetLine> lines)
    {
        var words = Rouge.Words(point.Text).Where(x => x.Length > 2).ToHashSet(StringComparer.Ordinal);
        return lines.Where(x => !Rouge.Words(x.Text).Exists(words.Contains)).Take(20)
            .Select(x => new Forgery("elsewhere", point.Who, point.Text, [x.Utterance + 1]));
    }
}
