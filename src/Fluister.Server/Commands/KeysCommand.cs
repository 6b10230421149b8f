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
            Console.WriteLine($"Trust root          {Convert.ToBase64String(identity.Root.Public.Serialized)}");
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
            built with their public halves.

              fluister-server keys rotate
            """);
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var identity = folder.ReadIdentity().RotateSigner(RandomSource.System);
            folder.WriteIdentity(identity);
            Console.WriteLine($"Server certificate {identity.Certificate.Id} signs from the next start on. "
                + "Make a new backup: it holds the keys.");
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
