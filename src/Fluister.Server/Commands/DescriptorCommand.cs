using System.CommandLine;
using Fluister.Cryptography;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Commands;

/// <summary>fluister-server descriptor</summary>
internal static class DescriptorCommand
{
    public static Command Create()
    {
        var plain = new Option<bool>("--plain") { Description = "What is signed, to read it, without the signature" };
        var command = new Command("descriptor", """
            Print what the server says of itself, signed: what clients are built from and other servers read

              fluister-server descriptor > network.json
              fluister-server descriptor --plain | jq -r .tls.pin
            """) { plain };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var (options, identity) = (folder.ReadOptions(), folder.ReadIdentity());
            var bytes = Describe(folder, options, identity, options.Port);
            using var output = Console.OpenStandardOutput();
            output.Write(parsed.GetValue(plain) ? bytes : SignedDescriptor.Sign(bytes, identity.Genesis.Private, RandomSource.System));
            output.WriteByte((byte)'\n');
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The descriptor of the server in a folder, as it is now.</summary>
    public static byte[] Describe(DataFolder folder, ServerOptions options, Identity.ServerIdentity identity, int port)
    {
        var (leaf, _) = folder.ReadCertificate(options);
        using var certificate = leaf;
        using var authority = options.Certificate is null ? folder.ReadAuthority() : null;
        return Descriptor.Write(options, port, identity, authority, certificate, TimeProvider.System.GetUtcNow());
    }
}
