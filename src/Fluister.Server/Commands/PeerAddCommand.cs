using System.CommandLine;
using System.Text;
using Fluister.Protocol.Keys;
using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server peer add</summary>
internal static class PeerAddCommand
{
    public static Command Create()
    {
        var server = new Argument<string>("SERVER")
        {
            Description = "DOMAIN or DOMAIN:PORT, where its descriptor is fetched; or its link (fluister://...), as `peer show` prints it "
                + "and its QR code holds; or a file with either its descriptor or its link; or - for standard input",
        };
        var state = new Option<string>("--state")
        {
            Description = "What it may do: allow, limit, quarantine or block",
            DefaultValueFactory = _ => "allow",
            HelpName = "STATE",
        };
        var fingerprint = new Option<string?>("--fingerprint")
        {
            Description = "The fingerprint of its key, from its operator (`fluister-server peer show`), instead of a question",
            HelpName = "HEX",
        };
        var yes = new Option<bool>("--yes") { Description = "Do not ask whether the fingerprint is right" };
        var command = new Command("add", """
            Add another home server, so that its accounts and this server's can write to each other, once its operator has added this
            one too. Of a server that is known already, a later descriptor is taken

              fluister-server peer add chat.example.org
              fluister-server peer add chat.example.org:8443 --fingerprint "6a1f90c2 ..."
              fluister-server peer add 'fluister://chat.example.org:8443/?key=...'
              fluister-server descriptor | ssh other.example.net fluister-server peer add - --data /var/lib/fluister
            """) { server, state, fingerprint, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var to = PeerCommand.Parse(parsed.GetValue(state)!);
            var (source, signed, key) = await ReadAsync(parsed.GetValue(server)!, cancellation).ConfigureAwait(false);
            var genesis = key ?? SignedDescriptor.ReadClaimedKey(signed)
                ?? throw new OperationException($"{source} gives no server's descriptor.", ExitCode.Damaged);
            if (parsed.GetValue(fingerprint) is { } expected && !Fingerprint.Fits(expected, genesis))
            {
                throw new OperationException(
                    $"The key has another fingerprint: {Fingerprint.Of(genesis)}. Ask its operator, on another way than this one.",
                    ExitCode.Untrusted);
            }

            await using var database = new SqliteDatabase(folder.Database);
            var peers = ListedPeer.All(database);
            var known = peers.Find(peer => peer.Tag == ServerTag.Of(genesis));
            var said = Check(folder, source, signed, genesis, known);
            CheckDomain(peers, said, ServerTag.Of(genesis));
            if (known is not null)
            {
                return await UpdateAsync(database, known, said, signed).ConfigureAwait(false);
            }

            CheckNumber(peers);
            Console.WriteLine($"{said.Domain}: tag {ServerTag.Of(genesis)}, {said.Software}");
            Console.WriteLine($"Fingerprint {Fingerprint.Of(genesis)}");
            if (key is null && source == parsed.GetValue(server) && parsed.GetValue(fingerprint) is null && !parsed.GetValue(yes))
            {
                Ask();
            }

            await database.WriteAsync(session =>
            {
                PeerBook.Insert(session, genesis, said.Domain, signed, to, TimeProvider.System.GetUtcNow());
                return true;
            }).ConfigureAwait(false);
            if (Rebuilders.Of(folder.ReadOptions()).Explain(said, TimeProvider.System.GetUtcNow()) is { } held)
            {
                Console.WriteLine($"Nothing crosses for now. {held}");
            }

            Console.WriteLine($"Added {said.Domain}: {PeerCommand.Name(to)}. Its operator adds this server too, by what "
                + "`peer show` prints here; nothing crosses before.");
            return ExitCode.Done;
        });
        return command;
    }

    // What there is: the descriptor, and the key where a link has told it. The source is what was given where the network was asked.
    private static async Task<(string Source, byte[] Signed, PublicKey? Key)> ReadAsync(string given, CancellationToken cancellation)
    {
        if (given == "-")
        {
            var piped = await ReadAllAsync(Console.OpenStandardInput(), cancellation).ConfigureAwait(false);
            return await ReadAsync("Standard input", piped, cancellation).ConfigureAwait(false);
        }

        if (InviteLink.TryParse(given, out var link))
        {
            return (given, await FetchAsync(link.Server, cancellation).ConfigureAwait(false), link.Key);
        }

        if (File.Exists(given))
        {
            await using var file = File.OpenRead(given);
            return await ReadAsync($"The file {given}", await ReadAllAsync(file, cancellation).ConfigureAwait(false), cancellation)
                .ConfigureAwait(false);
        }

        return Uri.TryCreate($"https://{given}", UriKind.Absolute, out var server)
            && server is { PathAndQuery: "/", UserInfo: "", Fragment: "" } && Uri.CheckHostName(server.Host) != UriHostNameType.Unknown
                ? (given, await FetchAsync(server, cancellation).ConfigureAwait(false), null)
                : throw new OperationException(
                    $"{given} is no domain such as chat.example.org or chat.example.org:8443, no link and no file.", ExitCode.Usage);
    }

    private static async Task<(string Source, byte[] Signed, PublicKey? Key)> ReadAsync(
        string source, byte[] bytes, CancellationToken cancellation) =>
        InviteLink.TryParse(Encoding.UTF8.GetString(bytes), out var link)
            ? (source, await FetchAsync(link.Server, cancellation).ConfigureAwait(false), link.Key)
            : (source, bytes, null);

    private static async Task<byte[]> ReadAllAsync(Stream stream, CancellationToken cancellation)
    {
        var bytes = new byte[ServerLimits.DescriptorBytes + 1];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return length < bytes.Length
            ? bytes[..length]
            : throw new OperationException("That is larger than any server's descriptor.", ExitCode.Damaged);
    }

    private static async Task<byte[]> FetchAsync(Uri server, CancellationToken cancellation)
    {
        using var handler = PeerTransport.ToAnybody(onlyPublic: false);
        try
        {
            return await DescriptorFetch.FetchAsync(handler, server, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
        catch (PeerException failed)
        {
            throw new OperationException(
                $"No descriptor from {server.Authority}: {failed.Message} Its operator can also hand over a file: "
                + "`fluister-server descriptor > FILE`.",
                failed.Error == PeerError.Unreachable ? ExitCode.Unreached : ExitCode.Damaged,
                failed);
        }
    }

    private static DescriptorJson Check(DataFolder folder, string source, byte[] signed, PublicKey genesis, ListedPeer? known)
    {
        if (ServerTag.Of(genesis) == folder.ReadIdentity().Tag)
        {
            throw new OperationException("That is this server itself.", ExitCode.Usage);
        }

        // Two keys may have one tag, where somebody has searched for long: the first that is known has it.
        var first = known is null ? genesis : PublicKey.Read(known.Genesis);
        var before = known is null ? null : SignedDescriptor.Read(known.Signed, first);
        var fault = SignedDescriptor.TryRead(signed, first, before, TimeProvider.System.GetUtcNow(), out var said);
        fault = fault == DescriptorFault.None && !DescriptorCheck.IsUsable(said!) ? DescriptorFault.Malformed : fault;
        return fault == DescriptorFault.None
            ? said!
            : throw new OperationException(
                $"{source}: {fault.Explain()} Nothing was changed.",
                fault == DescriptorFault.Malformed ? ExitCode.Unsupported : ExitCode.Untrusted);
    }

    private static void CheckDomain(List<ListedPeer> peers, DescriptorJson said, ServerTag tag)
    {
        if (peers.Find(peer => peer.Tag != tag && peer.Domain.Equals(said.Domain, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            throw new OperationException(
                $"{said.Domain} is known with another key (tag {other.Tag}). If its operator confirms that the server began anew, "
                + $"`fluister-server peer remove {said.Domain}` forgets the earlier one; otherwise somebody stands in between.",
                ExitCode.Untrusted);
        }
    }

    private static void CheckNumber(List<ListedPeer> peers)
    {
        if (peers.Count >= ServerLimits.Peers)
        {
            throw new OperationException($"There are {ServerLimits.Peers} peers, which is the most. Remove one.", ExitCode.Denied);
        }
    }

    private static async Task<int> UpdateAsync(SqliteDatabase database, ListedPeer known, DescriptorJson said, byte[] signed)
    {
        if (known.Signed.AsSpan().SequenceEqual(signed))
        {
            Console.WriteLine($"{known.Domain} is known already, and this is no news of it.");
            return ExitCode.Done;
        }

        await database.WriteAsync(session =>
        {
            PeerBook.Update(session, known.Tag, said, signed);
            return true;
        }).ConfigureAwait(false);
        Console.WriteLine($"Took a later descriptor of {said.Domain}.");
        return ExitCode.Done;
    }

    private static void Ask()
    {
        if (Console.IsInputRedirected)
        {
            throw new OperationException(
                "Compare the fingerprint with its operator, and give it with --fingerprint; or --yes, if the way is to be trusted.",
                ExitCode.Usage);
        }

        Console.Write("Is that what its operator says? [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new OperationException("Nothing was changed.", ExitCode.Cancelled);
        }
    }
}
