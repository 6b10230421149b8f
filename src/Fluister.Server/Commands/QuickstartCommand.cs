using System.CommandLine;
using Fluister.Cryptography;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server quickstart</summary>
internal static class QuickstartCommand
{
    public static Command Create()
    {
        var domain = new Argument<string>("DOMAIN")
        {
            Description = "The server's name; localhost to try it here",
            DefaultValueFactory = _ => "localhost",
        };
        var port = new Option<int>("--port")
        {
            Description = "The port that it will listen on",
            DefaultValueFactory = _ => new ServerOptions().Port,
            HelpName = "N",
        };
        var url = new Option<string?>("--url")
        {
            Description = "Where clients and other servers reach it, if not at https://DOMAIN:PORT",
            HelpName = "URL",
        };
        var certificate = new Option<string?>("--certificate")
        {
            Description = "Another authority's certificate with its chain, as PEM; without it the network's own authority makes one",
            HelpName = "FILE",
        };
        var key = new Option<string?>("--certificate-key") { Description = "The key of that certificate, as PEM", HelpName = "FILE" };
        var example = new Option<bool>("--example") { Description = "Only print the settings file, with what each setting means" };
        var command = new Command("quickstart", """
            Set up a server: keys, certificates and settings; then say what to do next

              fluister-server quickstart --data ~/fluister-server                           to try it on this computer
              fluister-server quickstart --data /var/lib/fluister-server chat.example.org
              fluister-server quickstart --example                                          the settings, explained
            """) { domain, port, url, certificate, key, example };
        command.SetAction(parsed =>
        {
            var options = new ServerOptions
            {
                Domain = parsed.GetValue(domain)!,
                Port = parsed.GetValue(port),
                Url = parsed.GetValue(url),
                Certificate = FullPath(parsed.GetValue(certificate)),
                CertificateKey = FullPath(parsed.GetValue(key)),
            };
            if (options.Problems().ToList() is { Count: > 0 } problems)
            {
                throw new OperationException(string.Join(' ', problems), ExitCode.Usage);
            }

            if (parsed.GetValue(example))
            {
                Console.Write(OptionsFile.Write(options));
                return ExitCode.Done;
            }

            var folder = DataOption.Folder(parsed);
            if (options.Certificate is not null)
            {
                folder.ReadCertificate(options).Leaf.Dispose();
            }

            Report(folder, options, folder.SetUp(options, TimeProvider.System.GetUtcNow(), RandomSource.System));
            return ExitCode.Done;
        });
        return command;
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static void Report(DataFolder folder, ServerOptions options, Identity.ServerIdentity identity)
    {
        Console.WriteLine($"""
            A server for {options.Domain} is set up in {folder.Path}.

            Server tag  {identity.Tag}
            Trust root  {Convert.ToBase64String(identity.Root.Public.Serialized)}
            Authority   {folder.Authority}
            Settings    {folder.Settings}

            What to do next:
              1. fluister-server serve --data {folder.Path}
              2. fluister-server invite create --data {folder.Path}      for each person; nobody registers without one
              3. fluister-server doctor --data {folder.Path}             looks whether all is well, and says what helps
              4. fluister-server backup --data {folder.Path} FILE        the keys cannot be made again: keep one elsewhere
            """);
    }
}
