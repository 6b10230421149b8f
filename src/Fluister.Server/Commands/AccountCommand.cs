using System.CommandLine;
using Fluister.Server.Accounts;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Commands;

/// <summary>fluister-server account ...</summary>
internal static class AccountCommand
{
    public static Command Create() => new("account", "The accounts of this server")
    {
        CreateList(),
        CreateChange("disable", "Disable an account: its devices are refused, what is kept for it stays", "Disabled",
            (session, aci) => SetDisabled(session, aci, true)),
        CreateChange("enable", "Enable an account that was disabled", "Enabled", (session, aci) => SetDisabled(session, aci, false)),
        CreateChange("delete", "Delete an account with its devices, keys and messages; there is no way back", "Deleted",
            AccountStore.Delete),
    };

    private static Command CreateList()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", """
            List the accounts

              fluister-server account list
              fluister-server account list --json | jq -r 'select(.disabled) | .aci'
            """) { json };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var accounts = ListedAccount.All(database, DateTimeOffset.UtcNow);
            if (parsed.GetValue(json))
            {
                JsonLines.Write(accounts, (writer, account) =>
                {
                    writer.WriteString("aci", account.Aci);
                    writer.WriteString("number", account.Number);
                    writer.WriteNumber("devices", account.Devices);
                    writer.WriteString("created", account.Created.UtcDateTime);
                    writer.WriteString("lastSeenDay", account.LastSeenDay.ToString("yyyy-MM-dd"));
                    writer.WriteBoolean("disabled", account.IsDisabled);
                    writer.WriteNumber("reports", account.Reports);
                });
                return ExitCode.Done;
            }

            Console.WriteLine($"{"ACCOUNT",-36}  {"NUMBER",-16}  {"DEVICES",7}  {"CREATED",-10}  {"LAST SEEN",-10}  {"REPORTS",7}  STATE");
            foreach (var account in accounts)
            {
                Console.WriteLine($"{account.Aci,-36}  {account.Number ?? "-",-16}  {account.Devices,7}  {account.Created:yyyy-MM-dd}  "
                    + $"{account.LastSeenDay:yyyy-MM-dd}  {account.Reports,7}  {(account.IsDisabled ? "disabled" : "")}".TrimEnd());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateChange(string name, string about, string done, Action<SqliteSession, Guid> change)
    {
        var id = new Argument<string>("ACCOUNT") { Description = "Its id, or its number" };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command(name, $"{about}\n\n  fluister-server account {name} 6a1f…") { id, json };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var accounts = new AccountStore(database);
            var given = parsed.GetValue(id)!;
            var account = (Guid.TryParse(given, out var aci) ? accounts.Find(aci) : accounts.FindByNumber(given))
                ?? throw new OperationException("There is no such account; `account list` shows all.", ExitCode.NotFound);
            await database.WriteAsync(session =>
            {
                change(session, account.Aci);
                return true;
            }).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonLines.Write([account.Aci], (writer, aci) =>
                {
                    writer.WriteString("aci", aci);
                    writer.WriteString("done", done.ToLowerInvariant());
                });
                return ExitCode.Done;
            }

            Console.WriteLine($"{done} {account.Aci}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void SetDisabled(SqliteSession session, Guid aci, bool disabled) =>
        session.Run("UPDATE account SET disabled = ?2 WHERE aci = ?1", AccountStore.Bytes(aci), disabled);
}
