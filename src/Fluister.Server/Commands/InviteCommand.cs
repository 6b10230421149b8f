using System.CommandLine;
using System.Globalization;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server.Invites;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server invite ...</summary>
internal static class InviteCommand
{
    private const int MostUses = 10_000;
    private const int MostDays = 3650;

    public static Command Create() => new("invite", "Invites, without which nobody registers")
    {
        CreateCreate(),
        CreateList(),
        CreateRevoke(),
    };

    private static Command CreateCreate()
    {
        var uses = new Option<int>("--uses")
        {
            Description = "How many accounts it lets register",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var days = new Option<int>("--days") { Description = "How long it is good", DefaultValueFactory = _ => 7, HelpName = "N" };
        var qr = new Option<bool>("--qr") { Description = "Print a QR code too; a terminal gets one anyway" };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("create", """
            Make an invite, and print it as text, as a link and as a QR code

              fluister-server invite create
              fluister-server invite create --uses 20 --days 30
              fluister-server invite create --json | jq -r .link
            """) { uses, days, qr, json };
        command.SetAction(async (parsed, _) =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var (count, age) = (parsed.GetValue(uses), parsed.GetValue(days));
            if (count is < 1 or > MostUses || age is < 1 or > MostDays)
            {
                throw new OperationException($"--uses is from 1 to {MostUses}, --days from 1 to {MostDays}.", ExitCode.Usage);
            }

            var options = folder.ReadOptions();
            var invite = Invite.Generate(count, TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(age), RandomSource.System);
            await using var database = new SqliteDatabase(folder.Database);
            await new InviteStore(database).AddAsync(invite).ConfigureAwait(false);
            var link = new InviteLink(
                options.BaseUrl(options.Port), folder.ReadIdentity().Genesis.Public, invite.Text, invite.Code).ToString();
            if (parsed.GetValue(json))
            {
                JsonLines.Write([invite], (writer, made) =>
                {
                    writer.WriteString("invite", made.Text);
                    writer.WriteString("code", made.Code);
                    writer.WriteString("link", link);
                    writer.WriteNumber("usesLeft", made.UsesLeft);
                    writer.WriteString("expires", made.Expires.UtcDateTime);
                });
                return ExitCode.Done;
            }

            Print(invite, link, parsed.GetValue(qr) || !Console.IsOutputRedirected);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateList()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", """
            List the invites, the newest first; their codes are not shown

              fluister-server invite list
              fluister-server invite list --json | jq -r 'select(.state == "good") | .invite'
            """) { json };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var now = TimeProvider.System.GetUtcNow();
            var invites = new InviteStore(database).List();
            if (parsed.GetValue(json))
            {
                JsonLines.Write(invites, (writer, listed) =>
                {
                    writer.WriteString("invite", listed.Invite.Text);
                    writer.WriteString("state", State(listed, now));
                    writer.WriteNumber("usesLeft", listed.Invite.UsesLeft);
                    writer.WriteString("created", listed.Invite.Created.UtcDateTime);
                    writer.WriteString("expires", listed.Invite.Expires.UtcDateTime);
                });
                return ExitCode.Done;
            }

            Console.WriteLine($"{"INVITE",-22}  {"STATE",-8}  {"USES LEFT",9}  {"CREATED",-10}  EXPIRES");
            foreach (var listed in invites)
            {
                Console.WriteLine($"{listed.Invite.Text,-22}  {State(listed, now),-8}  {listed.Invite.UsesLeft,9}  "
                    + $"{listed.Invite.Created:yyyy-MM-dd}  {listed.Invite.Expires:yyyy-MM-dd}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var text = new Argument<string>("INVITE") { Description = "The invite, or how it alone begins" };
        var command = new Command("revoke", """
            Revoke an invite: nobody registers with it any more; who has registered stays

              fluister-server invite revoke Lq3v
            """) { text };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var store = new InviteStore(database);
            var start = parsed.GetValue(text)!;
            var found = store.List().Where(listed => listed.Invite.Text.StartsWith(start, StringComparison.Ordinal)).ToList();
            if (found.Count != 1 || start.Length == 0)
            {
                throw new OperationException(
                    found.Count == 0
                        ? "There is no such invite; `invite list` shows all."
                        : "Several invites begin like that; give more of it.",
                    ExitCode.NotFound);
            }

            await store.RevokeAsync(found[0].Invite.Token).ConfigureAwait(false);
            Console.WriteLine($"Revoked {found[0].Invite.Text}");
            return ExitCode.Done;
        });
        return command;
    }

    private static string State(ListedInvite listed, DateTimeOffset now) =>
        listed.IsRevoked ? "revoked" : listed.Invite.Expires <= now ? "expired" : listed.Invite.UsesLeft == 0 ? "used up" : "good";

    private static void Print(Invite invite, string link, bool withQr)
    {
        Console.WriteLine($"Invite {invite.Text}");
        Console.WriteLine($"Code   {invite.Code}");
        Console.WriteLine($"Link   {link}");
        var uses = invite.UsesLeft == 1 ? "one account" : string.Create(CultureInfo.InvariantCulture, $"{invite.UsesLeft} accounts");
        Console.WriteLine($"Good for {uses} until {invite.Expires:yyyy-MM-dd HH:mm} UTC. "
            + "A client asks for the invite where it would ask for a captcha.");
        if (withQr)
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
            output.Write(TerminalQrCode.Of(link));
        }
    }
}
