using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Tests.Protocol;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Operations;

/// <summary>The program as an operator runs it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Data => _temporary["server"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task From_nothing_to_a_server_that_is_ready_and_ends_when_asked()
    {
        var (code, output, _) = await ServerProgram.RunAsync("quickstart", "--data", Data);
        Assert.Equal(0, code);
        Assert.Contains("invite create", output);
        var (process, port) = await ServerProgram.ServeAsync(Data);
        using var running = process;
        using var client = Client();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, port, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, port, "/health/ready"));
        var signed = await client.GetByteArrayAsync(Url(port, "/.well-known/fluister"), TestContext.Current.CancellationToken);
        var descriptor = SignedDescriptor.Read(signed, new DataFolder(Data).ReadIdentity().Genesis.Public)!;
        Assert.Equal($"https://localhost:{port}", descriptor.Urls.Chat);

        var (second, _, errors) = await ServerProgram.RunAsync("serve", "--data", Data, "--port", "0");
        Assert.Equal(6, second);
        Assert.Contains("already runs", errors);

        ServerProgram.Signal(process, ServerProgram.Terminate);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Stopped", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_invite_is_made_listed_and_revoked_while_the_server_runs()
    {
        await ServerProgram.RunAsync("quickstart", "--data", Data);
        var (process, _) = await ServerProgram.ServeAsync(Data);
        using var running = process;
        var (code, output, _) = await ServerProgram.RunAsync("invite", "create", "--data", Data, "--uses", "3", "--qr");
        Assert.Equal(0, code);
        var invite = output.Split('\n')[0].Split(' ')[^1];
        Assert.Contains($"#{invite}.{output.Split('\n')[1].Split(' ')[^1]}", output);
        Assert.Contains("█", output);
        var listed = JsonNode.Parse((await ServerProgram.RunAsync("invite", "list", "--json", "--data", Data)).Output)!;
        Assert.Equal((invite, "good", 3), ((string)listed["invite"]!, (string)listed["state"]!, (int)listed["usesLeft"]!));
        Assert.Equal(0, (await ServerProgram.RunAsync("invite", "revoke", "--data", Data, "--", invite[..6])).Code);
        Assert.Contains("revoked", (await ServerProgram.RunAsync("invite", "list", "--data", Data)).Output);
        Assert.Equal(3, (await ServerProgram.RunAsync("invite", "revoke", "nothing", "--data", Data)).Code);
        var made = JsonNode.Parse((await ServerProgram.RunAsync("invite", "create", "--json", "--data", Data)).Output)!;
        Assert.EndsWith($"#{made["invite"]}.{made["code"]}", (string)made["link"]!, StringComparison.Ordinal);
        process.Kill();
    }

    [Fact]
    public async Task A_backup_restores_into_another_folder()
    {
        await ServerProgram.RunAsync("quickstart", "--data", Data);
        await ServerProgram.RunAsync("invite", "create", "--data", Data);
        Assert.Equal(0, (await ServerProgram.RunAsync("backup", "--data", Data, _temporary["b.tar"])).Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_temporary["b.tar"]));
        Assert.Equal(6, (await ServerProgram.RunAsync("backup", "--data", Data, _temporary["b.tar"])).Code);
        Assert.Equal(0, (await ServerProgram.RunAsync("restore", "--data", _temporary["other"], _temporary["b.tar"])).Code);
        var (verified, whole, _) = await ServerProgram.RunAsync("backup", "verify", _temporary["b.tar"]);
        Assert.Equal(0, verified);
        Assert.StartsWith("Whole: server ", whole);
        Assert.Equal(3, (await ServerProgram.RunAsync("backup", "verify", _temporary["none.tar"])).Code);
        Assert.Equal(
            (await ServerProgram.RunAsync("invite", "list", "--data", Data)).Output.Replace("good   ", "revoked"),
            (await ServerProgram.RunAsync("invite", "list", "--data", _temporary["other"])).Output);
        Assert.Equal(6, (await ServerProgram.RunAsync("restore", "--data", _temporary["other"], _temporary["b.tar"])).Code);
        Assert.Equal(2, Directory.GetDirectories(_temporary.Path).Length);
        Assert.Single(Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public async Task Why_it_does_not_start_is_told_in_a_sentence()
    {
        await RefusedAsync(3, "quickstart", "serve", "--data", Data);
        await RefusedAsync(2, "--data", "serve");
        await ServerProgram.RunAsync("quickstart", "--data", Data);
        await RefusedAsync(6, "already", "quickstart", "--data", Data);
        using var taken = new TcpListener(IPAddress.IPv6Any, 0);
        taken.Server.DualMode = true;
        taken.Start();
        await RefusedAsync(6, "taken by another program", "serve", "--data", Data, "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        await RefusedAsync(2, "There are: ", "serve", "--data", WithSettings("""{ "prot": 1 }"""));
        await RefusedAsync(6, "not an address of this machine", "serve", "--data", WithSettings("""{ "address": "192.0.2.1" }"""));
        WithSettings("{}");
        await using (var database = new SqliteDatabase(Path.Combine(Data, "server.sqlite")))
        {
            await database.WriteAsync(session => session.Run("PRAGMA user_version = 99"));
        }

        await RefusedAsync(7, "schema version 99", "serve", "--data", Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "server.sqlite"), new string('x', 8192), TestContext.Current.CancellationToken);
        await RefusedAsync(5, "damaged", "serve", "--data", Data);
        File.SetUnixFileMode(Data, File.GetUnixFileMode(Data) | UnixFileMode.GroupRead);
        await RefusedAsync(6, "chmod", "serve", "--data", Data);
    }

    [Fact]
    public async Task The_doctor_says_what_is_to_be_done()
    {
        await ServerProgram.RunAsync("quickstart", "--data", Data);

        // A port on which nothing answers for as long as the test holds it: it is bound, and nobody listens.
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        WithSettings($$"""{ "port": {{((IPEndPoint)held.LocalEndPoint!).Port}} }""");
        var (code, output, _) = await ServerProgram.RunAsync("doctor", "--data", Data, "--json");
        Assert.Equal(1, code);
        var findings = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        var ailing = findings.Where(finding => finding["remedy"] is not null).Select(finding => (string)finding["subject"]!);
        Assert.Equal(["server"], ailing);
        File.SetUnixFileMode(Path.Combine(Data, "tls.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("tls.pem", (await ServerProgram.RunAsync("doctor", "--data", Data)).Output);
        Assert.Equal(1, (await ServerProgram.RunAsync("doctor", "--data", _temporary["none"])).Code);
    }

    // A device publishes one key after the other, each in the place of the one before, until the server is killed at any moment: the key
    // that is kept is the last one that was answered, or the one that was under way.
    [Fact]
    public async Task What_was_answered_is_there_after_the_process_was_killed()
    {
        var random = new SeededRandom(7);
        await ServerProgram.RunAsync("quickstart", "--data", Data);
        var authorization = await AddAccountAsync(random);
        var answered = 0;
        for (var round = 0; round < 8; round++)
        {
            var (process, port) = await ServerProgram.ServeAsync(Data);
            using var running = process;
            using var client = Client();
            client.DefaultRequestHeaders.Authorization = authorization;
            var last = answered + 1 + random.Next(200);
            var publishing = Task.Run(async () =>
            {
                while (await PublishesAsync(client, port, answered + 1))
                {
                    Volatile.Write(ref answered, answered + 1);
                }
            });
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref answered) >= last, TimeSpan.FromMinutes(1)));
            ServerProgram.Signal(process, ServerProgram.Kill);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await publishing;
            await using var database = new SqliteDatabase(Path.Combine(Data, "server.sqlite"));
            var kept = database.Read(session => session.Query("SELECT id FROM pre_key WHERE kind = 0", row => row.GetInt32(0)));
            Assert.InRange(Assert.Single(kept), answered, answered + 1);
            answered = kept[0];
        }
    }

    private static async Task<bool> PublishesAsync(HttpClient client, int port, int id)
    {
        var bytes = KeyPair.Generate(new SeededRandom(id)).Public.Serialized.ToArray();
        var key = new PublishKeysJson { PreKeys = [new PreKeyJson((uint)id, bytes)] };
        try
        {
            using var response = await client.PutAsJsonAsync(Url(port, "/v2/keys"), key, WireJson.Default.PublishKeysJson);
            return response.IsSuccessStatusCode ? true : throw new InvalidOperationException(response.StatusCode.ToString());
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<AuthenticationHeaderValue> AddAccountAsync(SeededRandom random)
    {
        var account = new Account
        {
            Aci = new DataFolder(Data).ReadIdentity().Tag.Mint(random),
            AciIdentity = IdentityKey.Read(KeyPair.Generate(random).Public.Serialized),
            Devices =
            [
                new Device
                {
                    Id = Device.Primary,
                    Password = PasswordHash.Of("password", random),
                    RegistrationId = 1,
                    Capabilities = [],
                    Created = DateTimeOffset.UtcNow,
                    LastSeenDay = DateTimeOffset.UtcNow,
                },
            ],
        };
        await using var database = new SqliteDatabase(Path.Combine(Data, "server.sqlite"));
        await database.WriteAsync(session =>
        {
            AccountStore.Insert(session, account);
            return true;
        });
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}.1:password")));
    }

    private static Uri Url(int port, string path) => new($"https://localhost:{port}{path}");

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, int port, string path)
    {
        using var response = await client.GetAsync(Url(port, path), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task RefusedAsync(int code, string sentence, params string[] arguments)
    {
        var refused = await ServerProgram.RunAsync(arguments);
        Assert.Equal((code, ""), (refused.Code, refused.Output));
        Assert.StartsWith("fluister-server: ", refused.Errors);
        Assert.Contains(sentence, refused.Errors);
        Assert.Single(refused.Errors.TrimEnd().Split('\n'));
    }

    private string WithSettings(string settings)
    {
        File.WriteAllText(Path.Combine(Data, "server.json"), settings);
        return Data;
    }

    private HttpClient Client() => Client(Data);

    /// <summary>One that trusts the authority of the server in a folder.</summary>
    internal static HttpClient Client(string data)
    {
        var authority = new DataFolder(data).ReadAuthority();
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
    }
}
