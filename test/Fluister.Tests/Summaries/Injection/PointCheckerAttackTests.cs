using System.Text;

namespace Fluister.Tests.Summaries.Injection;

/// <summary>What a model could write that is false: hundreds of changes to true points, none of which may pass. And the converse: the true
/// points, in the phrasings that models choose, must mostly pass, or a checker that drops all would pass here too.</summary>
public sealed class PointCheckerAttackTests(ITestOutputHelper output)
{
    /// <summary>A few true points may fall: a quote then says the same.</summary>
    private const double MostTrueDropped = 0.15;

    [Fact]
    public void True_points_pass()
    {
        var all = KnownTalk.All.SelectMany(talk => talk.Points.Select(x => (Point: x, Failed: talk.Failed(x.Who, x.Text,
            x.Cites)))).ToList();
        var dropped = all.Where(x => x.Failed is not null).ToList();
        output.WriteLine($"{dropped.Count} of {all.Count} true points dropped");
        dropped.ForEach(x => output.WriteLine($"{x.Failed}: {x.Point.Text}"));
        Assert.True(dropped.Count <= MostTrueDropped * all.Count, $"{dropped.Count} of {all.Count} true points dropped:\n"
            + string.Join('\n', dropped.Select(x => $"{x.Failed}: {x.Point.Text}")));
    }

    [Fact]
    public void Forged_sources_fall() => AllFall((point, talk) => Forgeries.Cites(point, talk.Messages.Count, talk.Points));

    [Fact]
    public void Forged_speakers_fall() => AllFall(Forgeries.Speakers);

    [Fact]
    public void People_changed_for_each_other_fall() => AllFall(Forgeries.Persons);

    [Fact]
    public void Forged_names_fall() => AllFall((point, _) => Forgeries.Names(point));

    [Fact]
    public void Forged_numbers_fall() => AllFall((point, _) => Forgeries.Numbers(point));

    [Fact]
    public void Numbers_and_units_changed_for_others_fall() => AllFall((point, _) => Forgeries.Swaps(point));

    [Fact]
    public void Forged_days_and_times_fall() => AllFall((point, _) => Forgeries.Dates(point));

    [Fact]
    public void Forged_links_fall() => AllFall((point, _) => Forgeries.Links(point));

    [Fact]
    public void Forged_telephone_numbers_and_mail_addresses_fall() => AllFall((point, _) => Forgeries.Contacts(point));

    [Fact]
    public void The_opposite_of_what_was_said_falls() => AllFall((point, _) => Forgeries.Denials(point));

    [Fact]
    public void Orders_and_markup_fall() => AllFall((point, _) => Forgeries.Orders(point));

    private void AllFall(Func<TruePoint, KnownTalk, IEnumerable<Forgery>> forge)
    {
        var passed = new List<string>();
        var count = 0;
        foreach (var talk in KnownTalk.All)
        {
            // Only what passes as it is shows that it is the change that is noticed.
            foreach (var point in talk.Points.Where(x => talk.Failed(x.Who, x.Text, x.Cites) is null))
            {
                foreach (var forgery in forge(point, talk).Where(x => x.Text != point.Text || x.Who != point.Who || x.Cites != point.Cites))
                {
                    count++;
                    if (talk.Failed(forgery.Who, forgery.Text, forgery.Cites) is null)
                    {
                        passed.Add($"{forgery.Kind}: {forgery.Who} | {Shown(forgery.Text)} | {string.Join(',', forgery.Cites)}");
                    }
                }
            }
        }

        output.WriteLine($"{count} forgeries, {passed.Count} passed");
        passed.ForEach(output.WriteLine);
        Assert.True(count > 5, $"only {count} forgeries");
        Assert.True(passed.Count == 0, $"{passed.Count} of {count} passed:\n{string.Join('\n', passed.Take(60))}");
    }

    private static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text)
        {
            shown.Append(char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
                ? $"\\u{(int)c:X4}" : c.ToString());
        }

        return shown.ToString();
    }
}
