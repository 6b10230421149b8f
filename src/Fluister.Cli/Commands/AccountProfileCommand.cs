using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account profile</summary>
internal sealed class AccountProfileCommand
{
    private const int MaximumAvatar = 5 << 20;

    private readonly AccountOptions _account = new();
    private readonly Option<string?> _name = new("--name") { Description = "Given name, and family name after a comma", HelpName = "NAME" };
    private readonly Option<string?> _about = new("--about") { Description = "Something about you; '' takes it away", HelpName = "TEXT" };
    private readonly Option<string?> _emoji = new("--emoji") { Description = "An emoji before it; '' takes it away", HelpName = "EMOJI" };
    private readonly Option<string?> _avatar = new("--avatar") { Description = "A picture of you", HelpName = "FILE" };
    private readonly Option<bool> _noAvatar = new("--no-avatar") { Description = "Take the picture away" };

    public static Command Create(CancellationToken cancel)
    {
        var profile = new AccountProfileCommand();
        var command = new Command("profile", """
            Tell or change what people whom you write to see of you. The server cannot read it

              fluister account profile
              fluister account profile --name "Anna, de Vries" --about "at sea" --emoji ⛵ --avatar me.jpg
            """) { profile._name, profile._about, profile._emoji, profile._avatar, profile._noAvatar };
        profile._account.AddTo(command);
        command.SetAction(async (parsed, _) => await profile.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        Option[] changes = [_name, _about, _emoji, _avatar, _noAvatar];
        if (!changes.Any(option => parsed.GetResult(option) is { Implicit: false }))
        {
            return _account.UseAsync(parsed, client =>
            {
                AccountText.Print(client.Profile);
                return Task.FromResult(ExitCode.Done);
            }, isOnline: false);
        }

        var avatar = parsed.GetValue(_avatar) is { } path ? ReadAvatar(path) : null;
        return _account.UseAsync(parsed, async client =>
        {
            var now = client.Profile;
            await client.SetProfileAsync(now with
            {
                Name = parsed.GetValue(_name) is { } name ? ProfileNames.Parse(name) : now.Name,
                About = Changed(parsed.GetValue(_about), now.About),
                Emoji = Changed(parsed.GetValue(_emoji), now.Emoji),
                HasAvatar = !parsed.GetValue(_noAvatar) && (avatar is not null || now.HasAvatar),
            }, avatar, cancel).ConfigureAwait(false);
            return ExitCode.Done;
        });
    }

    private static string? Changed(string? given, string? now) => given is null ? now : given.Length == 0 ? null : given;

    private static byte[] ReadAvatar(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumAvatar ? File.ReadAllBytes(path)
                : throw new UsageException($"{path} is larger than {MaximumAvatar >> 20} MiB. Make the picture smaller.");
        }
        catch (FileNotFoundException e)
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no file {path}.", e);
        }
    }
}
