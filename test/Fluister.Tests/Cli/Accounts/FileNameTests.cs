using Fluister.Cli.Accounts;

namespace Fluister.Tests.Cli.Accounts;

public sealed class FileNameTests
{
    [Theory]
    [InlineData("map.png", "map.png")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\evil.exe", "evil.exe")]
    [InlineData("/", "file")]
    [InlineData("..", "file")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("", "file")]
    [InlineData("a\u001b[2Jb\n.txt", "a_[2Jb .txt")]
    [InlineData("CON:x?.txt ", "CON_x_.txt")]
    public void A_senders_name_for_a_file_is_made_safe(string name, string safe) => Assert.Equal(safe, IncomingFiles.SafeName(name));

    [Fact]
    public void A_long_name_keeps_its_ending()
    {
        var safe = IncomingFiles.SafeName(new string('x', 5000) + ".png");
        Assert.Equal(100, safe.Length);
        Assert.EndsWith("xx.png", safe);
    }

    [Theory]
    [InlineData(null, "main")]
    [InlineData("Anna", "anna")]
    [InlineData("Anna, de Vries", "anna")]
    [InlineData("桜 伊藤", "main")]
    [InlineData("../x", "main")]
    public void A_new_account_is_called_as_its_profile_where_it_can(string? profileName, string name) =>
        Assert.Equal(name, NewAccountOptions.NameFrom(profileName));

    [Fact]
    public void A_long_name_of_letters_with_several_bytes_fits_a_file_system()
    {
        var safe = IncomingFiles.SafeName(new string('\u6D77', 100) + ".png");

        Assert.EndsWith(".png", safe, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(safe), 190, 200);
    }
}
