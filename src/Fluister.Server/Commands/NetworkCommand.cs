using System.CommandLine;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server network ...</summary>
internal static class NetworkCommand
{
    // Several times what the longest history of keys takes.
    private const int LongestDocument = 64 * 1024;

    public static Command Create() => new("network", "A root for several servers, so that sealed messages go from one to another")
    {
        CreateCreate(),
        CreateRequest(),
        CreateSign(),
        CreateJoin(),
        CreateShow(),
        NetworkDescribeCommand.Create(),
    };

    private static Command CreateCreate()
    {
        var file = new Argument<string>("FILE") { Description = "The root's key, which must not be there yet" };
        var command = new Command("create", """
            Make a network's root. Its key stays in this one file: keep it on a computer or a stick that is no server, with a copy. It is
            needed when a server joins or has a new signer, and whoever has it can be anybody in the network.

              fluister-server network create /media/stick/network.root
            """) { file };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(file)!;
            if (Path.Exists(name))
            {
                throw new OperationException($"{name} is there already; nothing was written.", ExitCode.Denied);
            }

            var root = NetworkRoot.Generate(RandomSource.System);
            DataFolder.Write(Path.GetFullPath(name), root.Write());
            Console.WriteLine($"Network root  {Text(root.Public)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRequest()
    {
        var command = new Command("request", """
            Print a request that this server may join a network, or go on in it with a new signer: for who keeps the network's root. There
            is no secret in it.

              fluister-server network request > server.request
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            WriteRequest(folder, folder.ReadIdentity());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSign()
    {
        var root = new Option<string>("--root") { Description = "The file of the network's root", HelpName = "FILE", Required = true };
        var request = new Argument<string>("REQUEST") { Description = "What `network request` printed on the server; - reads it" };
        var command = new Command("sign", """
            Make a server a member of the network: say which server it is, and print the certificate for it. The server can certify its
            own accounts with it, and no others. Compare the fingerprint with who runs the server before the certificate is handed out.

              fluister-server network sign --root network.root server.request > server.member
            """) { root, request };
        command.SetAction(parsed =>
        {
            var asked = Read(parsed.GetValue(request)!, MembershipRequest.Read);
            var document = Read(parsed.GetValue(root)!, NetworkRoot.Read).Admit(asked, RandomSource.System).Write();
            Console.Error.WriteLine($"Certificate {asked.CertificateId} for {asked.Domain}, fingerprint {Fingerprint.Of(asked.Genesis)}");
            Write(document);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateJoin()
    {
        var certificate = new Argument<string>("CERTIFICATE") { Description = "What `network sign` printed; - reads it" };
        var command = new Command("join", """
            Join a network with the certificate that its root has signed. The server must be stopped. Clients take the network's root from
            the descriptor; the server's own root stays good, so that nothing on its way is lost.

              fluister-server network join server.member
            """) { certificate };
        command.SetAction(async (parsed, _) =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var name = parsed.GetValue(certificate)!;
            var given = Read(name, NetworkMembership.Read);
            using var occupied = folder.Occupy();
            var until = await HasAccountsAsync(folder).ConfigureAwait(false)
                ? TimeProvider.System.GetUtcNow() + ServerLimits.SenderCertificate
                : (DateTimeOffset?)null;
            ServerIdentity identity;
            try
            {
                identity = folder.ReadIdentity().Join(given.Root, given.Certificate, until);
            }
            catch (InvalidDataException wrong)
            {
                throw new OperationException($"{wrong.Message} Nothing was changed.", ExitCode.Denied, wrong);
            }

            folder.WriteIdentity(identity);
            Console.WriteLine($"{folder.ReadOptions().Domain} (tag {identity.Tag}) is in the network of {Text(given.Root)}.");
            if (identity.SealedFrom is { } from)
            {
                Console.WriteLine(Until(from));
            }

            Console.WriteLine("Make a new backup: it holds the keys.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", """
            Print which network this server is in, and which roots its clients trust

              fluister-server network show
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            Report(folder, folder.ReadIdentity());
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Prints the request for the signer that a server has, or is to have.</summary>
    public static void WriteRequest(DataFolder folder, ServerIdentity identity)
    {
        var domain = folder.ReadOptions().Domain;
        Write(MembershipRequest.Write(identity, domain, RandomSource.System));
        if (!Console.IsOutputRedirected)
        {
            Console.Error.WriteLine($"The request of {domain}, fingerprint {Fingerprint.Of(identity.Genesis.Public)}, is for who keeps the "
                + "network's root: `fluister-server network sign`.");
        }
    }

    private static void Report(DataFolder folder, ServerIdentity identity)
    {
        Console.WriteLine($"Server              {folder.ReadOptions().Domain}, tag {identity.Tag}");
        Console.WriteLine($"Network root        {(identity.JoinedRoot is { } joined ? Text(joined) : "none: a network of one server")}");
        Console.WriteLine($"Own root            {Text(identity.Root.Public)}");
        Console.WriteLine($"Server certificate  {identity.Certificate.Id}");
        if (identity.SealedFrom is { } from)
        {
            Console.WriteLine(Until(from));
        }

        if (identity.NextSigner is not null)
        {
            Console.WriteLine("Next signer         waits for the network's root: `network request`, `network sign`, `network join`");
        }
    }

    private static string Until(DateTimeOffset from) =>
        $"Sealed messages go to other members from {from:yyyy-MM-dd HH:mm} UTC on, when no client has an older certificate; until then "
        + "clients say who they are.";

    private static async Task<bool> HasAccountsAsync(DataFolder folder)
    {
        if (!File.Exists(folder.Database))
        {
            return false;
        }

        await using var database = new SqliteDatabase(folder.Database);
        return database.Read(session => session.Query("SELECT 1 FROM account LIMIT 1", row => row.GetInt32(0))).Count > 0;
    }

    private delegate T Parser<T>(ReadOnlySpan<byte> bytes);

    private static T Read<T>(string name, Parser<T> parse)
    {
        using var file = name == "-" ? Console.OpenStandardInput() : OpenFile(name);
        var bytes = new byte[LongestDocument];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            return length < bytes.Length ? parse(bytes.AsSpan(0, length)) : throw new InvalidDataException("It is too long.");
        }
        catch (InvalidDataException wrong)
        {
            throw new OperationException($"{(name == "-" ? "Standard input" : name)}: {wrong.Message}", ExitCode.Damaged, wrong);
        }
    }

    private static FileStream OpenFile(string name) => File.Exists(name)
        ? File.OpenRead(name)
        : throw new OperationException($"There is no file {name}.", ExitCode.NotFound);

    private static void Write(ReadOnlySpan<byte> document)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(document);
        output.WriteByte((byte)'\n');
    }

    private static string Text(PublicKey key) => Convert.ToBase64String(key.Serialized);
}
