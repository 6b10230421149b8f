using Fluister.Archive.Conversations;
using Fluister.Cli;
using Fluister.Cli.Accounts;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Tests.Cli.Accounts;

public sealed class MentionsTests
{
    private static readonly ServiceId s_anna = ServiceId.Aci(new Guid("9d0652a3-dcc3-4d11-975f-74d61598733f"));
    private static readonly ServiceId s_jonas = ServiceId.Aci(new Guid("796abedb-ca4e-4f18-8803-1fde5b921f9f"));

    [Fact]
    public void Names_become_mentions_and_formatting_stays_on_its_letters()
    {
        var draft = new Draft
        {
            Text = "Hey @anna, and @jonas.7 too",
            Styles = [(0, 9, BodyStyle.Bold), (6, 15, BodyStyle.Italic), (24, 3, BodyStyle.Spoiler)],
        };

        var put = Mentions.Put(Mentions.Put(draft, "jonas.7", s_jonas), "anna", s_anna);

        Assert.Equal("Hey \uFFFC, and \uFFFC too", put.Text);
        Assert.Equal([(4, 1, s_anna), (11, 1, s_jonas)], put.Mentions);
        Assert.Equal([(0, 5, BodyStyle.Bold), (4, 8, BodyStyle.Italic), (13, 3, BodyStyle.Spoiler)], put.Styles);
    }

    [Fact]
    public void A_name_may_stand_twice_and_is_not_the_beginning_of_another()
    {
        var put = Mentions.Put(new Draft { Text = "@anna @annabel @anna" }, "anna", s_anna);

        Assert.Equal("\uFFFC @annabel \uFFFC", put.Text);
        Assert.Equal([(0, 1, s_anna), (11, 1, s_anna)], put.Mentions);
    }

    [Fact]
    public void A_name_that_is_not_there_is_told() =>
        Assert.Contains("@anna",
            Assert.Throws<UsageException>(() => Mentions.Put(new Draft { Text = "Hey anna" }, "anna", s_anna)).Message);
}
