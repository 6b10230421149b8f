using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Server;

/// <summary>coturn takes the names and passwords that our server hands out for calls, and no others (Debian's package "coturn", with its
/// own test client).</summary>
public sealed class TurnTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const string Secret = "shared by coturn and our server";

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public void A_relay_that_our_server_names_relays_for_who_has_the_password(string transport)
    {
        using var turn = new Turn();
        server.Stop();
        server.Set("turnUrls", $"[\"turn:127.0.0.1:{turn.Port}?transport={transport}\"]");
        server.Set("turnSecret", $"\"{Secret}\"");
        server.Start();

        var client = net.Open(server, 2);
        var chat = client.Connect(client.Register());
        chat.Next("empty");
        var response = chat.Fetch("GET", "/v2/calling/relays");
        chat.Disconnect();
        var relay = JsonDocument.Parse(response.Body).RootElement.GetProperty("relays")[0];
        Assert.Equal($"turn:127.0.0.1:{turn.Port}?transport={transport}", relay.GetProperty("urls")[0].GetString());
        var (name, password) = (relay.GetProperty("username").GetString()!, relay.GetProperty("password").GetString()!);

        Assert.True(turn.Relays(transport, name, password));
        Assert.False(turn.Relays(transport, name, password[1..] + password[..1]));
        var later = (long.Parse(name.Split(':')[0], CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        Assert.False(turn.Relays(transport, $"{later}:{name.Split(':')[1]}", password));
    }

    private sealed class Turn : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

        private readonly string _folder = Directory.CreateTempSubdirectory("fluister-turn-").FullName;
        private readonly Process _process;

        public Turn()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Port = ((IPEndPoint)free.LocalEndpoint).Port;
            }

            var configuration = Path.Combine(_folder, "turnserver.conf");
            File.WriteAllText(configuration, $"""
                use-auth-secret
                static-auth-secret={Secret}
                realm=localhost
                listening-ip=127.0.0.1
                relay-ip=127.0.0.1
                listening-port={Port}
                allow-loopback-peers
                no-cli
                no-tls
                no-dtls
                userdb={_folder}/turndb
                pidfile={_folder}/pid
                log-file=stdout
                """);
            _process = FluisterProgram.Start("turnserver", ["-c", configuration]);
            _ = FluisterProgram.Collect(_process.StandardOutput);
            _ = FluisterProgram.Collect(_process.StandardError);
            for (var began = Stopwatch.GetTimestamp(); !Listens();)
            {
                Assert.True(!_process.HasExited && Stopwatch.GetElapsedTime(began) < Patience, "turnserver does not start.");
                Thread.Sleep(20);
            }
        }

        public int Port { get; }

        /// <summary>Two of coturn's clients send each other a message by the relay.</summary>
        public bool Relays(string transport, string name, string password)
        {
            string[] over = transport == "tcp" ? ["-t"] : [];
            var port = Port.ToString(CultureInfo.InvariantCulture);
            var ended = FluisterProgram.Run(
                "turnutils_uclient", [.. over, "-y", "-c", "-n", "1", "-m", "1", "-p", port, "-u", name, "-w", password, "127.0.0.1"]);
            Assert.Equal(ended.Code != 0, ended.Output.Contains("Cannot complete Allocation", StringComparison.Ordinal));
            return ended.Code == 0;
        }

        public void Dispose()
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private bool Listens()
        {
            using var client = new TcpClient();
            try
            {
                client.Connect(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
