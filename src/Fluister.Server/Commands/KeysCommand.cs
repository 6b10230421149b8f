using System.CommandLine;
using Fluister.Cryptography;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server keys ...</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "The server's keys and its certificate")
    {
        CreateShow(),
        CreateRotate(),
        CreateRotateIdentity(),
        CreateRenew(),
    };

    private static Command CreateShow()
    {
        var command = new Command("show", """
            Print the public half of every key, in base64: what a client or another server is built or set up with. `descriptor` prints
            the same and more, signed.

              fluister-server keys show
            """);
        command.SetAction(parsed =>
        {
            var identity = DataOption.CheckedFolder(parsed).ReadIdentity();
            Console.WriteLine($"Server tag          {identity.Tag}");
            Console.WriteLine($"Identity key        {Convert.ToBase64String(identity.Genesis.Public.Serialized)}");
            Console.WriteLine($"Fingerprint         {Fingerprint.Of(identity.Genesis.Public)}");
            if (identity.Keys is { Count: var rotations })
            {
                var today = Convert.ToBase64String(identity.Key.Public.Serialized);
                Console.WriteLine($"Key of today        {today} ({rotations} after the first)");
            }

            foreach (var root in identity.TrustRoots)
            {
                Console.WriteLine($"Trust root          {Convert.ToBase64String(root.Serialized)}");
            }

            Console.WriteLine($"Server certificate  {identity.Certificate.Id}: {Convert.ToBase64String(identity.Certificate.Serialized)}");
            Console.WriteLine($"Zk public params    {Convert.ToBase64String(identity.Zk.Public.Write())}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRotate()
    {
        var command = new Command("rotate", """
            Make a new key that signs sender certificates, with the root's word for it. Certificates that clients have hold until they
            expire, within seven days. A running server takes the key when it is started again. The other keys stay: clients are
            built with their public halves. A server that has joined a network goes on with the key that it has until the network's
            root has signed the new one; the request for that is printed.

              fluister-server keys rotate
              fluister-server keys rotate > server.request       in a network
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var identity = folder.ReadIdentity().RotateSigner(RandomSource.System);
            folder.WriteIdentity(identity);
            if (identity.NextSigner is not null)
            {
                NetworkCommand.WriteRequest(folder, identity);
                return ExitCode.Done;
            }

            Console.WriteLine($"Server certificate {identity.Certificate.Id} signs from the next start on. "
                + "Make a new backup: it holds the keys.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRotateIdentity()
    {
        var command = new Command("rotate-identity", """
            Make a new identity key, which signs the descriptor and what goes to other servers from then on: as when somebody may have
            seen the one of today. That one signs the new one, so that clients and other servers follow by themselves. The server must be
            stopped. Tag and fingerprint stay for ever.

              fluister-server keys rotate-identity
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            using var occupied = folder.Occupy();
            var identity = folder.ReadIdentity();
            if (identity.Keys is { Count: >= KeyHistory.Longest })
            {
                throw new OperationException($"A server has at most {KeyHistory.Longest} identity keys after its first.", ExitCode.Denied);
            }

            folder.WriteIdentity(identity.RotateKey(RandomSource.System));
            Console.WriteLine("A new identity key signs from the next start on. Make a new backup: it holds the keys.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRenew()
    {
        var command = new Command("renew-certificate", """
            Make a new TLS certificate of the network's own authority, for the domain in the settings. Clients need nothing new. A running
            server takes it when it is started again.

              fluister-server keys renew-certificate
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var options = folder.ReadOptions();
            if (options.Certificate is not null)
            {
                throw new OperationException("The settings name another authority's certificate; renew it there.", ExitCode.Usage);
            }

            folder.RenewCertificate(options.Domain, TimeProvider.System.GetUtcNow());
            var (leaf, _) = folder.ReadCertificate(options);
            using var certificate = leaf;
            Console.WriteLine($"The certificate for {options.Domain} is good until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}.");
            return ExitCode.Done;
        });
        return command;
    }
}
