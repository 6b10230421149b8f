using System.CommandLine;
using System.Globalization;
using System.Text;
using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server peer ...</summary>
internal static class PeerCommand
{
    public static Command Create() => new("peer", """
        Other home servers, whose accounts and this server's write to each other. Nothing crosses before both operators have added
        each other's server
        """)
    {
        PeerAddCommand.Create(),
        CreateList(),
        CreateSet(),
        CreateRemove(),
        CreateShow(),
    };

    /// <summary>The peer of a domain, or a tag.</summary>
    /// <exception cref="OperationException">There is none.</exception>
    public static ListedPeer Find(SqliteDatabase database, string given) =>
        ListedPeer.All(database).Find(peer =>
            peer.Domain.Equals(given, StringComparison.OrdinalIgnoreCase)
            || peer.Tag.ToString().Equals(given, StringComparison.OrdinalIgnoreCase))
        ?? throw new OperationException("There is no such peer; `peer list` shows all.", ExitCode.NotFound);

    private static Command CreateList()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("list", """
            List the other servers: what they may do, how much waits for them and since when, when they were last heard of, how often
            one side was seen to have lost something, what came too late, what was not taken, and why the last request failed, or that
            too few rebuilders attest the peer's build

              fluister-server peer list
              fluister-server peer list --json | jq -r 'select(.error) | .domain'
            """) { json };
        command.SetAction(async (parsed, _) =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var (rebuilders, now) = (Rebuilders.Of(folder.ReadOptions()), TimeProvider.System.GetUtcNow());
            await using var database = new SqliteDatabase(folder.Database);
            var peers = ListedPeer.All(database);
            if (parsed.GetValue(json))
            {
                JsonLines.Write(peers, (writer, peer) =>
                {
                    writer.WriteString("domain", peer.Domain);
                    writer.WriteString("tag", peer.Tag.ToString());
                    writer.WriteString("state", Name(peer.State));
                    writer.WriteNumber("waiting", peer.Waiting);
                    writer.WriteString("since", Told(peer.Since));
                    writer.WriteString("heard", Told(peer.Heard));
                    writer.WriteNumber("lost", peer.Lost);
                    writer.WriteNumber("expired", peer.Expired);
                    writer.WriteNumber("refused", peer.Refused);
                    writer.WriteString("error", peer.Error);
                    writer.WriteString("unattested", peer.Unattested(rebuilders, now));
                });
                return ExitCode.Done;
            }

            Console.WriteLine($"{"DOMAIN",-30}  {"TAG",-10}  {"STATE",-10}  {"WAITS",7}  {"SINCE",-20}  {"HEARD",-20}  "
                + $"{"LOST",4}  {"EXPIRED",7}  {"REFUSED",7}  ERROR");
            foreach (var peer in peers)
            {
                var unattested = peer.Unattested(rebuilders, now);
                var state = unattested is null ? Name(peer.State) : "unattested";
                Console.WriteLine($"{peer.Domain,-30}  {peer.Tag}  {state,-10}  {peer.Waiting,7}  "
                    + $"{Told(peer.Since) ?? "-",-20}  {Told(peer.Heard) ?? "never",-20}  "
                    + $"{peer.Lost,4}  {peer.Expired,7}  {peer.Refused,7}  {unattested ?? peer.Error}".TrimEnd());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var (domain, state) = (DomainArgument(), new Argument<string>("STATE")
        {
            Description = "allow; limit: a tenth of the rates; quarantine: what there is waits, on both sides, and nothing is lost; "
                + "block: it is refused, and what waits for it is thrown away",
        });
        var command = new Command("set", """
            Say what another server may do. A running server notices within a second

              fluister-server peer set chat.example.org limit
            """) { domain, state };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var peer = Find(database, parsed.GetValue(domain)!);
            var to = Parse(parsed.GetValue(state)!);
            await database.WriteAsync(session =>
            {
                PeerBook.SetState(session, peer.Tag, to);
                return true;
            }).ConfigureAwait(false);
            Console.WriteLine($"{peer.Domain} ({peer.Tag}): {Name(to)}"
                + (to == PeerState.Block && peer.Waiting > 0 ? $"; {Waited(peer)} thrown away" : ""));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        var domain = DomainArgument();
        var command = new Command("remove", """
            Forget another server, with what waits for it and what is known of its accounts. It is refused from then on, as is everybody
            who was not added

              fluister-server peer remove chat.example.org
            """) { domain };
        command.SetAction(async (parsed, _) =>
        {
            await using var database = new SqliteDatabase(DataOption.CheckedFolder(parsed).Database);
            var peer = Find(database, parsed.GetValue(domain)!);
            await database.WriteAsync(session =>
            {
                PeerBook.Delete(session, peer.Tag);
                return true;
            }).ConfigureAwait(false);
            Console.WriteLine($"Removed {peer.Domain} ({peer.Tag})" + (peer.Waiting > 0 ? $"; {Waited(peer)} thrown away" : ""));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", """
            Print this server's link, which another operator adds with `fluister-server peer add`, also as a QR code. Nothing in it is
            secret; hand it over on a way on which nobody can change it

              fluister-server peer show
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var (options, genesis) = (folder.ReadOptions(), folder.ReadIdentity().Genesis.Public);
            var link = new InviteLink(options.BaseUrl(options.Port), genesis).ToString();
            Console.WriteLine($"Domain       {options.Domain}");
            Console.WriteLine($"Tag          {ServerTag.Of(genesis)}");
            Console.WriteLine($"Fingerprint  {Fingerprint.Of(genesis)}");
            Console.WriteLine($"Link         {link}");
            if (!Console.IsOutputRedirected)
            {
                using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
                output.Write(TerminalQrCode.Of(link));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A state as the operator writes it.</summary>
    public static string Name(PeerState state) => state.ToString().ToLowerInvariant();

    /// <summary>Reads a state.</summary>
    /// <exception cref="OperationException">It is none.</exception>
    public static PeerState Parse(string given) =>
        Enum.GetValues<PeerState>().Where(state => Name(state) == given).Cast<PeerState?>().FirstOrDefault()
        ?? throw new OperationException("A peer's state is allow, limit, quarantine or block.", ExitCode.Usage);

    private static Argument<string> DomainArgument() => new("DOMAIN") { Description = "Its domain, or its tag" };

    private static string Waited(ListedPeer peer) => peer.Waiting == 1
        ? "one thing that waited for it was"
        : string.Create(CultureInfo.InvariantCulture, $"{peer.Waiting} things that waited for it were");

    private static string? Told(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
