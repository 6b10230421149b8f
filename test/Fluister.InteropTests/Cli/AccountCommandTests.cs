using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>The account commands as a person meets them before there is a server: help, wrong command lines, no account.</summary>
public sealed class AccountCommandTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("account register")]
    [InlineData("account link")]
    [InlineData("account add-device")]
    [InlineData("account list")]
    [InlineData("account show")]
    [InlineData("account devices")]
    [InlineData("account username")]
    [InlineData("account username set")]
    [InlineData("account username link")]
    [InlineData("account username remove")]
    [InlineData("account profile")]
    [InlineData("account backup")]
    [InlineData("account restore")]
    [InlineData("account export-key")]
    [InlineData("account delete")]
    [InlineData("contact list")]
    [InlineData("contact add")]
    [InlineData("contact show")]
    [InlineData("contact verify")]
    [InlineData("contact accept")]
    [InlineData("contact block")]
    [InlineData("contact unblock")]
    [InlineData("send")]
    [InlineData("receive")]
    [InlineData("chat")]
    public void Help_shows_an_example(string command)
    {
        var ending = Run([.. command.Split(' '), "--help"]);
        Assert.Equal(0, ending.Code);
        var introduction = ending.Output[..ending.Output.IndexOf("Usage:", StringComparison.Ordinal)];
        Assert.Contains($"    fluister {command}", introduction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", "RECIPIENT")]
    [InlineData("send Anna", "nothing to send")]
    [InlineData("send Anna Hi --react x --to-message 5", "One thing at a time")]
    [InlineData("send Anna --react x", "--to-message")]
    [InlineData("send Anna --to-message 5 Hi", "--react and --vote")]
    [InlineData("send Anna --edit 5", "go with TEXT")]
    [InlineData("send Anna Hi --edit yesterday", "--edit yesterday")]
    [InlineData("send Anna Hi --expire soon", "--expire soon")]
    [InlineData("send Anna Hi --timeout 0", "--timeout")]
    [InlineData("send Anna Hi --view-once", "--view-once")]
    [InlineData("send Anna Hi --poll When? --option now", "--option")]
    [InlineData("send Anna Hi --option now", "--poll")]
    [InlineData("send Anna Hi --style 0:5:bold", "2 characters")]
    [InlineData("send Anna Hi --style 0:1:red", "--style 0:1:red")]
    [InlineData("send Anna Hi --style 0:1:bold --markdown", "not both")]
    [InlineData("send Anna Hi --sticker abc", "PACK:KEY:NUMBER")]
    [InlineData("send Anna Hi --preview http://x", "--preview-title")]
    [InlineData("send Anna -", "Standard input is empty")]
    [InlineData("receive --timeout 0", "--timeout 0")]
    [InlineData("chat Anna --last 5000", "--last")]
    [InlineData("account register - --key-file -", "no invite's link")]
    [InlineData("account export-key", "--out")]
    [InlineData("contact block", "WHO")]
    [InlineData("account show --key-file a --passphrase-file b", "There is no account")]
    public void A_wrong_command_line_is_told_in_a_sentence(string command, string words)
    {
        var code = words == "There is no account" ? 3 : 2;
        Run([.. command.Split(' ')]).IsError(code, words);
    }

    [Theory]
    [InlineData("receive")]
    [InlineData("send Anna Hi")]
    [InlineData("contact list")]
    [InlineData("account devices")]
    [InlineData("account show --account anna")]
    [InlineData("account delete --yes")]
    public void Where_there_is_no_account_it_says_how_to_make_one(string command) =>
        Run([.. command.Split(' ')]).IsError(3, "There is no account", "fluister account register");

    [Fact]
    public void A_file_that_is_not_there_is_told_before_anything_is_opened() =>
        Run("send", "Anna", "--file", _home.In("nowhere.png")).IsError(3, "nowhere.png");

    [Theory]
    [InlineData("anna", 3, "There is no account")]
    [InlineData("../anna", 3, "There is no account")]
    public void Several_accounts_have_to_be_told_apart(string other, int code, string words)
    {
        foreach (var name in (string[])["ada", "ben"])
        {
            Directory.CreateDirectory(_home.In("accounts", name));
            File.WriteAllText(_home.In("accounts", name, "config.json"), "{}");
        }

        Run("receive").IsError(2, "--account", "ada, ben");
        Run("receive", "--account", other).IsError(code, words, "ada, ben");
        Assert.Equal(["ada", "ben"], Run("account", "list").Output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void An_invite_that_is_none_leaves_no_account_behind()
    {
        Run("account", "register", "fluister://localhost:1/?key=nonsense#x.1", "--name", "ada", "--key-file", _home.In("ada.key"))
            .IsError(2);
        Assert.False(Directory.Exists(_home.In("accounts", "ada")));
        Assert.Equal(1, Run("account", "list").Code);
    }

    [Theory]
    [InlineData("archive list --source /nowhere")]
    [InlineData("account list")]
    [InlineData("send --help")]
    public void A_start_loads_no_library_that_the_command_does_not_need(string command)
    {
        var trace = Trace.Run([$"FLUISTER_HOME={_home.Path}"], command.Split(' '));

        Assert.True(trace.HasOpened("/fluister.dll"));
        Assert.False(trace.HasOpened("/Fluister.Client.dll"));
    }

    private Ending Run(params string[] arguments) =>
        FluisterProgram.Run("env", [$"FLUISTER_HOME={_home.Path}", FluisterProgram.Path, .. arguments]);
}
