using System.CommandLine;
using Fluister.Cryptography;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server descriptor</summary>
internal static class DescriptorCommand
{
    public static Command Create()
    {
        var plain = new Option<bool>("--plain") { Description = "What is signed, to read it, without the signature" };
        var command = new Command("descriptor", """
            Print what the server says of itself, freshly signed and good for 30 days: what clients are built from and other servers read

              fluister-server descriptor > network.json
              fluister-server descriptor --plain | jq -r .tls.pin
            """) { plain };
        command.SetAction(parsed =>
        {
            var folder = DataOption.CheckedFolder(parsed);
            var (options, identity) = (folder.ReadOptions(), folder.ReadIdentity());
            using var output = Console.OpenStandardOutput();
            output.Write(parsed.GetValue(plain)
                ? Describe(folder, options, identity, options.Port, TimeProvider.System.GetUtcNow(), null)
                : Publish(folder, options, identity, () => options.Port).Signed);
            output.WriteByte((byte)'\n');
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What the server in a folder publishes of itself.</summary>
    public static PublishedDescriptor Publish(DataFolder folder, ServerOptions options, Identity.ServerIdentity identity, Func<int> port) =>
        new(
            (now, sequence) => Describe(folder, options, identity, port(), now, sequence),
            identity.Key.Private,
            TimeProvider.System,
            RandomSource.System,
            folder.Sequence);

    private static byte[] Describe(
        DataFolder folder, ServerOptions options, Identity.ServerIdentity identity, int port, DateTimeOffset now, long? sequence)
    {
        var (leaf, _) = folder.ReadCertificate(options);
        using var certificate = leaf;
        using var authority = options.Certificate is null ? folder.ReadAuthority() : null;
        return Descriptor.Write(options, port, identity, authority, certificate, now, sequence, null,
            AttestationFile.Of(folder, ProgramBuild.Own, now));
    }
}
