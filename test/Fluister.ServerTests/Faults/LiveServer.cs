using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.ServerTests.Operations;
using Fluister.Tests.Protocol;
using Fluister.Wire;

namespace Fluister.ServerTests.Faults;

/// <summary>The real program over a data folder with accounts, which a test kills, starves and starts again.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly SeededRandom _random = new(31);
    private readonly StringBuilder _errors = new();
    private readonly StringBuilder _output = new();
    private Process? _process;
    private Task _collecting = Task.CompletedTask;

    /// <summary>A server in a folder, which is set up where it is not there.</summary>
    public LiveServer(string path, ServerOptions? options = null)
    {
        Folder = new DataFolder(path);
        if (!Folder.IsSetUp)
        {
            Folder.SetUp((options ?? TestServer.Roomy) with { DrainSeconds = 1 }, DateTimeOffset.UtcNow, RandomSource.System);
        }

        Tag = Folder.ReadIdentity().Tag;
        Over = new SocketsHttpHandler
        {
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { Folder.ReadAuthority() },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        Client = new HttpClient(Over);
    }

    /// <summary>Its folder, where this process sees it.</summary>
    public DataFolder Folder { get; }

    /// <summary>What stands before the program on its command line, to run it somewhere else.</summary>
    public string[] Within { get; set; } = [];

    /// <summary>The data folder as the program sees it.</summary>
    public string? PathWithin { get; set; }

    /// <summary>Variables that the program is started with.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Trusts it.</summary>
    public HttpClient Client { get; }

    /// <summary>The same, for sockets.</summary>
    public SocketsHttpHandler Over { get; }

    /// <summary>Its tag.</summary>
    public ServerTag Tag { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>The running program.</summary>
    public Process Process => _process!;

    /// <summary>Everything that it has said on standard error, in all its lives.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>The same, of standard output.</summary>
    public string Output => _output.ToString();

    /// <summary>The header of an account's primary.</summary>
    public static AuthenticationHeaderValue Header(Account account) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}.1:{TestAccount.Password}")));

    /// <summary>Puts accounts into the database; the server must not run.</summary>
    public async Task<List<Account>> AddAccountsAsync(int count)
    {
        var accounts = Enumerable.Range(0, count).Select(index => new Account
        {
            Aci = Tag.Mint(_random),
            Pni = Tag.Mint(_random),
            Number = $"+3161234{index:d4}",
            AciIdentity = IdentityKey.Read(KeyPair.Generate(_random).Public.Serialized),
            PniIdentity = IdentityKey.Read(KeyPair.Generate(_random).Public.Serialized),
            AccessKey = TestAccount.AccessKey,
            Devices =
            [
                new Device
                {
                    Id = Device.Primary,
                    Password = PasswordHash.Of(TestAccount.Password, _random),
                    RegistrationId = 1000,
                    PniRegistrationId = 2000,
                    Capabilities = [],
                    Created = DateTimeOffset.UtcNow,
                    LastSeenDay = DateTimeOffset.UtcNow,
                },
            ],
        }).ToList();
        await using var database = new SqliteDatabase(Folder.Database);
        await database.WriteAsync(session =>
        {
            accounts.ForEach(account => AccountStore.Insert(session, account));
            return true;
        });
        return accounts;
    }

    /// <summary>Starts it, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "fluister-server");
        string[] command = [.. Within, program, "serve", "--port", "0", "--data", PathWithin ?? Folder.Path];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("FLUISTER_DATA");
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (line?.StartsWith("Listening on port ", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        Port = int.Parse(line.Split(' ')[^1]);
        _collecting = Task.WhenAll(CollectAsync(_process.StandardError, _errors), CollectAsync(_process.StandardOutput, _output));
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        ServerProgram.Signal(_process!, ServerProgram.Kill);
        await WaitForEndAsync();
    }

    /// <summary>Asks it to end.</summary>
    public async Task<int> StopAsync()
    {
        ServerProgram.Signal(_process!, ServerProgram.Terminate);
        return await WaitForEndAsync();
    }

    /// <summary>Waits until it has ended, and gives its exit code.</summary>
    public async Task<int> WaitForEndAsync()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1));
        await _collecting.WaitAsync(TestContext.Current.CancellationToken);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>An address on it.</summary>
    public Uri Url(string path) => new($"https://localhost:{Port}{path}");

    /// <summary>Asks, as somebody or nobody.</summary>
    public async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, Account? account = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, Url(path)) { Content = content };
        request.Headers.Authorization = account is null ? null : Header(account);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await WaitForEndAsync();
        }

        Client.Dispose();
    }

    private static async Task CollectAsync(StreamReader from, StringBuilder into)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (into)
            {
                into.Append(line).Append('\n');
            }
        }
    }
}
