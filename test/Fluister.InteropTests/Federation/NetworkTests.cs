using System.Text.Json.Nodes;
using System.Xml.Linq;
using Fluister.Simulation.Histories;
using Fluister.Simulation.Network;

namespace Fluister.InteropTests.Federation;

/// <summary>The whole way of the network proof, small: servers and clients as processes, faults, journals, verdict, report. And the judge
/// is judged: one line of the run's journals changed, and it says what is wrong.</summary>
public sealed class NetworkTests(NetworkScene scene) : IClassFixture<NetworkScene>
{
    private NetworkOutcome Outcome => scene.Outcome;

    [Fact]
    public void Everything_arrives_once_in_order_and_as_its_authors()
    {
        var report = NetworkReport.Of(Outcome);
        TestContext.Current.TestOutputHelper?.WriteLine(report.Summary());
        Assert.True(Outcome.IsClean, report.Summary());
        Assert.All(Outcome.Faults, fault => Assert.NotNull(fault.Ended));
        Assert.True(report.Counts["across servers"] > 20, report.ToJson());
        Assert.True(Outcome.Within.Count > 0 && Outcome.Across.Count > 0, report.ToJson());
        Assert.Equal(report.Counts["copies due"], report.Counts["copies told of"]);
        Assert.True(report.Counts["copies under a seal"] > 0, report.ToJson());
    }

    [Fact]
    public void The_report_is_whole_and_needs_nothing_beside_it()
    {
        var report = NetworkReport.Of(Outcome);
        var json = JsonNode.Parse(report.ToJson())!;
        Assert.Equal(report.Counts["messages taken"], json["counts"]!["messages taken"]!.GetValue<long>());
        Assert.Equal(NetworkScene.Options.Faults, json["faults"]!.AsArray().Count);
        var page = ReportPage.Of(report);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Equal(report.Curves.Count + 1, page.Split("<svg").Length - 1);

        // What is between <body> and </body> is well formed, so that no text of the run stands where a tag could.
        var (start, end) = (page.IndexOf("<body>", StringComparison.Ordinal), page.IndexOf("</html>", StringComparison.Ordinal));
        var body = XElement.Parse(page[start..end]);
        Assert.All(body.Descendants("polyline"),
            line => Assert.DoesNotContain("NaN", line.Attribute("points")!.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(JournalKind.Came))]
    [InlineData(nameof(JournalKind.Shown))]
    public void A_line_that_is_dropped_is_a_loss(string where)
    {
        var kind = Enum.Parse<JournalKind>(where);
        var at = At(kind);
        var verdict = Judge(kind, Outcome.Lines.Where((_, place) => place != at));
        Assert.Equal(Outcome.Lines[at][4], Assert.Single(verdict.Lost).Id);
    }

    [Theory]
    [InlineData(nameof(JournalKind.Came))]
    [InlineData(nameof(JournalKind.Shown))]
    public void A_line_that_is_there_twice_is_a_duplicate(string where)
    {
        var kind = Enum.Parse<JournalKind>(where);
        var at = At(kind);
        var verdict = Judge(kind, Outcome.Lines.Append(Outcome.Lines[at]));
        Assert.Equal(Outcome.Lines[at][4], Assert.Single(verdict.Duplicated).Id);
    }

    [Theory]
    [InlineData(nameof(JournalKind.Came))]
    [InlineData(nameof(JournalKind.Shown))]
    public void Two_lines_that_change_places_are_out_of_order(string where)
    {
        var kind = Enum.Parse<JournalKind>(where);
        // Two messages of one device in one conversation, as one device has them.
        var pair = Outcome.Lines.Select((line, at) => (line, at)).Where(one => one.line.Kind == kind)
            .GroupBy(one => (one.line[0], one.line[1], one.line[2], one.line[3])).First(group => group.Count() > 1)
            .Take(2).Select(one => one.at).ToArray();
        var lines = Outcome.Lines.ToArray();
        (lines[pair[0]], lines[pair[1]]) = (lines[pair[1]], lines[pair[0]]);
        Assert.Equal(Outcome.Lines[pair[0]][4], Assert.Single(Judge(kind, lines).Disordered).Id);
    }

    [Theory]
    [InlineData(nameof(JournalKind.Came), 1)]
    [InlineData(nameof(JournalKind.Shown), 1)]
    [InlineData(nameof(JournalKind.Came), 3)]
    [InlineData(nameof(JournalKind.Shown), 3)]
    [InlineData(nameof(JournalKind.Came), 5)]
    [InlineData(nameof(JournalKind.Shown), 5)]
    public void A_line_with_another_author_conversation_or_text_is_found(string where, int field)
    {
        var kind = Enum.Parse<JournalKind>(where);
        var at = At(kind);
        var line = Outcome.Lines[at];
        var fields = line.Fields.ToArray();
        var other = Outcome.People.First(person => person.Aci.ToString() != fields[1] && person.Aci.ToString() != fields[3]
            && person.Account != MemberName.Parse(fields[0]).Account);
        fields[field] = field == 5 ? "another" : other.Aci.ToString();
        var lines = Outcome.Lines.ToArray();
        lines[at] = line with { Fields = fields };
        var verdict = Judge(kind, lines);
        Assert.Equal(line[4], Assert.Single(verdict.Misattributed.Concat(verdict.Invented).Select(one => one.Id).Distinct()));
    }

    [Fact]
    public void A_store_that_was_not_read_is_found()
    {
        var read = Outcome.Lines.First(line => line.Kind == JournalKind.Read);
        var evidence = new Evidence(Outcome.People, Outcome.Lines.Where(line => !line.Equals(read)));
        Assert.Equal(MemberName.Parse(read[0]), Assert.Single(evidence.Unread));
    }

    // Somebody else's message that was told and is in the store.
    private int At(JournalKind kind) => Outcome.Lines.Select((line, at) => (line, at)).First(one => one.line.Kind == kind
        && MessageName.TryParse(one.line[4], out var message) && message.From.Account != MemberName.Parse(one.line[0]).Account).at;

    private Verdict Judge(JournalKind kind, IEnumerable<JournalLine> lines)
    {
        var evidence = new Evidence(Outcome.People, lines);
        var (tellings, stores) = (Checker.Judge(evidence.Tellings()), Checker.Judge(evidence.Stores()));
        var (changed, other) = kind == JournalKind.Came ? (tellings, stores) : (stores, tellings);
        Assert.True(other.IsClean, other.ToString());
        Assert.False(changed.IsClean);
        return changed;
    }
}
