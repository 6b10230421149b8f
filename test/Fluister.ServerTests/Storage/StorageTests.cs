using System.Text;
using System.Text.Json;
using Fluister.Server;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Storage;

/// <summary>What a person's devices keep in step.</summary>
public sealed class StorageTests : IAsyncDisposable
{
    private readonly TestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_state_is_written_and_read_and_the_next_one_follows()
    {
        var owner = await CredentialAsync();
        Assert.Equal(404, (await AskAsync("GET", "manifest", owner)).Status);
        Assert.Equal(204, (await AskAsync("GET", "manifest/version/1", owner)).Status);
        Assert.Equal(200, (await WriteAsync(owner, 1, [("a", "one"), ("b", "two")])).Status);
        Assert.Equal(1UL, StorageManifest.Parser.ParseFrom((await AskAsync("GET", "manifest", owner)).Body.Span).Version);
        Assert.Equal(204, (await AskAsync("GET", "manifest/version/1", owner)).Status);
        Assert.Equal(200, (await AskAsync("GET", "manifest/version/0", owner)).Status);
        Assert.Equal(400, (await AskAsync("GET", "manifest/version/x", owner)).Status);
        Assert.Equal(["a=one", "b=two"], await ReadAsync(owner, "a", "b", "c", "a"));
        Assert.Equal(200, (await WriteAsync(owner, 2, [("a", "three"), ("d", "four")], ["b"])).Status);
        Assert.Equal(["a=three", "d=four"], await ReadAsync(owner, "a", "b", "d"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    public async Task A_state_that_is_not_the_next_is_refused_with_the_current_one_and_changes_nothing(int version)
    {
        var owner = await CredentialAsync();
        await WriteAsync(owner, 1, [("a", "one")]);
        var refused = await WriteAsync(owner, version, [("a", "two")], clearAll: true);
        Assert.Equal((409, "application/x-protobuf"), (refused.Status, refused.ContentType));
        Assert.Equal("manifest 1", StorageManifest.Parser.ParseFrom(refused.Body.Span).Value.ToStringUtf8());
        Assert.Equal(["a=one"], await ReadAsync(owner, "a"));
    }

    [Fact]
    public async Task Of_many_devices_that_write_the_same_version_one_succeeds()
    {
        var owner = await CredentialAsync();
        await WriteAsync(owner, 1, []);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => WriteAsync(owner, 2, [("a", $"{i}")])));
        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(19, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task Desktops_prefix_leads_to_the_same_state()
    {
        var owner = await CredentialAsync();
        var header = new[] { ("Authorization", Header(owner.Username, owner.Password)) };
        var first = new StorageWrite { Manifest = new StorageManifest { Version = 1, Value = ByteString.CopyFromUtf8("first") } };
        var written = await _server.AskAsync("PUT", "/storageService/v1/storage/", null, first.ToByteArray(), 0, header);
        Assert.Equal(200, written.Status);
        Assert.Equal(1UL, StorageManifest.Parser.ParseFrom((await AskAsync("GET", "manifest", owner)).Body.Span).Version);
        var same = await _server.AskAsync("GET", "/storageService/v1/storage/manifest/version/1", null, default, 0, header);
        Assert.Equal(204, same.Status);
        Assert.Equal(409, (await _server.AskAsync("PUT", "/storageService/v1/storage/", null, first.ToByteArray(), 0, header)).Status);
        Assert.Equal(401, (await _server.AskAsync("GET", "/storageService/v1/storage/manifest")).Status);
    }

    [Fact]
    public async Task Everything_can_be_replaced_and_deleted()
    {
        var owner = await CredentialAsync();
        await WriteAsync(owner, 1, [("a", "one"), ("b", "two")]);
        await WriteAsync(owner, 2, [("c", "three")], clearAll: true);
        Assert.Equal(["c=three"], await ReadAsync(owner, "a", "b", "c"));
        Assert.Equal(200, (await AskAsync("DELETE", "", owner)).Status);
        Assert.Equal(404, (await AskAsync("GET", "manifest", owner)).Status);
        Assert.Empty(await ReadAsync(owner, "c"));
        Assert.Equal(200, (await WriteAsync(owner, 7, [])).Status);
    }

    [Fact]
    public async Task One_account_does_not_see_anothers()
    {
        var (owner, other) = (await CredentialAsync(), await CredentialAsync());
        await WriteAsync(owner, 1, [("a", "one")]);
        Assert.Equal(404, (await AskAsync("GET", "manifest", other)).Status);
        Assert.Empty(await ReadAsync(other, "a"));
        await AskAsync("DELETE", "", other);
        Assert.Equal(["a=one"], await ReadAsync(owner, "a"));
    }

    [Fact]
    public async Task Without_a_good_credential_nothing_is_answered()
    {
        var owner = await CredentialAsync();
        var other = await CredentialAsync();
        var forged = new[]
        {
            null,
            "Basic x",
            Header(owner.Username, other.Password),
            Header(owner.Username, owner.Password[..^1] + (owner.Password[^1] == '0' ? '1' : '0')),
            Header(owner.Username, ""),
            Header(owner.Username, ":::"),
            Header(owner.Username, owner.Password.Replace(":", ":1", StringComparison.Ordinal)),
        };
        var requests = new[] { ("GET", "manifest"), ("GET", "manifest/version/1"), ("PUT", "read"), ("PUT", ""), ("DELETE", "") };
        foreach (var (verb, path) in requests)
        {
            foreach (var header in forged)
            {
                Assert.Equal(401, (await AskAsync(verb, path, header)).Status);
            }
        }

        _server.Clock.Advance(ServerLimits.StorageCredential);
        Assert.Equal(401, (await AskAsync("GET", "manifest", owner)).Status);
    }

    [Fact]
    public async Task A_disabled_accounts_credential_is_good_no_more()
    {
        var owner = await CredentialAsync();
        await _server.Database.WriteAsync(session => session.Run("UPDATE account SET disabled = 1"));
        Assert.Equal(401, (await AskAsync("GET", "manifest", owner)).Status);
    }

    [Fact]
    public async Task What_is_too_much_is_refused_and_changes_nothing()
    {
        var owner = await CredentialAsync();
        await WriteAsync(owner, 1, [("a", "one")]);
        Assert.Equal(413, (await WriteAsync(owner, 2, Enumerable.Range(0, ServerLimits.StorageItems).Select(i => ($"{i}", "")))).Status);
        Assert.Equal(413, (await WriteAsync(owner, 2, [(new string('k', ServerLimits.StorageKey + 1), "")])).Status);
        var half = new string('x', ServerLimits.StorageBytes / 3);
        Assert.Equal(200, (await WriteAsync(owner, 2, [("b", half)])).Status);
        Assert.Equal(200, (await WriteAsync(owner, 3, [("c", half)])).Status);
        Assert.Equal(413, (await WriteAsync(owner, 4, [("d", half)])).Status);
        Assert.Equal(["a=one"], await ReadAsync(owner, "a", "d"));
        Assert.Equal(3UL, StorageManifest.Parser.ParseFrom((await AskAsync("GET", "manifest", owner)).Body.Span).Version);
        var keys = Enumerable.Range(0, ServerLimits.StorageReads + 1).Select(i => ByteString.CopyFromUtf8($"{i}"));
        Assert.Equal(413, (await AskAsync("PUT", "read", owner, new StorageRead { Keys = { keys } })).Status);
        Assert.Equal(400, (await AskAsync("PUT", "read", owner, new StorageRead())).Status);
        Assert.Equal(400, (await AskAsync("PUT", "", owner, new StorageWrite())).Status);
        Assert.Equal(400, (await AskAsync("PUT", "", Header(owner.Username, owner.Password), "\u00ff\u00ff"u8.ToArray())).Status);
    }

    [Fact]
    public async Task More_than_one_answer_may_hold_is_refused_whole_and_can_be_read_in_parts()
    {
        var owner = await CredentialAsync();
        await WriteLargeAsync(owner);
        Assert.Equal(413, (await AskAsync("PUT", "read", owner, Keys("a", "b", "c"))).Status);
        Assert.Equal(200, (await AskAsync("PUT", "read", owner, Keys("a", "b"))).Status);
        Assert.Equal(200, (await AskAsync("PUT", "read", owner, Keys("c"))).Status);
    }

    [Fact]
    public async Task What_an_account_reads_is_counted_by_its_bytes()
    {
        var (owner, other) = (await CredentialAsync(), await CredentialAsync());
        await WriteLargeAsync(owner);
        await WriteLargeAsync(other);
        var limit = ServerLimits.StorageReadKibibytes;
        var kibibytes = 2 * ServerLimits.StorageReadBytes / 3 / 1024;
        for (var read = kibibytes; read <= limit.Burst; read += kibibytes + 1)
        {
            Assert.Equal(200, (await AskAsync("PUT", "read", owner, Keys("a", "b"))).Status);
        }

        Assert.Equal(429, (await AskAsync("PUT", "read", owner, Keys("a", "b"))).Status);
        Assert.Equal(200, (await AskAsync("PUT", "read", other, Keys("a", "b"))).Status);
        _server.Clock.Advance(kibibytes * limit.Refill);
        Assert.Equal(200, (await AskAsync("PUT", "read", owner, Keys("a", "b"))).Status);
    }

    [Fact]
    public async Task The_data_report_says_how_much_there_is()
    {
        var account = await _server.AddAccountAsync();
        var owner = await CredentialAsync(account);
        await WriteAsync(owner, 1, [("a", "one"), ("bc", "two")]);
        var report = (await _server.AskAsync("GET", "/v2/accounts/data_report", account.Caller)).Body;
        using var json = JsonDocument.Parse(report);
        var about = json.RootElement.GetProperty("data").GetProperty("account");
        Assert.Equal(2, about.GetProperty("storageItems").GetInt32());
        Assert.Equal("manifest 1aonebctwo".Length, about.GetProperty("storageBytes").GetInt32());
        Assert.Contains("Encrypted items in storage: 2\n", json.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_goes_takes_it_along()
    {
        var owner = await CredentialAsync();
        await WriteAsync(owner, 1, [("a", "one")]);
        await _server.Database.WriteAsync(session => session.Run("DELETE FROM account"));
        Assert.Equal(0, _server.Database.Read(Count));

        static int Count(SqliteSession session) =>
            session.First("SELECT (SELECT COUNT(*) FROM storage_item) + (SELECT COUNT(*) FROM storage_manifest)", row => row.GetInt32(0));
    }

    private static string Header(string name, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));

    private static StorageRead Keys(params string[] keys) => new() { Keys = { keys.Select(ByteString.CopyFromUtf8) } };

    // Three items, of which one answer holds two.
    private async Task WriteLargeAsync(CredentialJson owner)
    {
        var third = new string('x', ServerLimits.StorageReadBytes / 3);
        Assert.Equal(200, (await WriteAsync(owner, 1, [("a", third), ("b", third), ("c", third)])).Status);
    }

    private async Task<CredentialJson> CredentialAsync(TestAccount? account = null)
    {
        account ??= await _server.AddAccountAsync();
        var response = await _server.AskAsync("GET", "/v1/storage/auth", account.Caller);
        var credential = JsonSerializer.Deserialize(response.Body.Span, WireJson.Default.CredentialJson)!;
        Assert.Equal($"{account.Account.Aci}", credential.Username);
        return credential;
    }

    private async Task<List<string>> ReadAsync(CredentialJson owner, params string[] keys)
    {
        var answer = await AskAsync("PUT", "read", owner, new StorageRead { Keys = { keys.Select(ByteString.CopyFromUtf8) } });
        Assert.Equal(200, answer.Status);
        var items = StorageItems.Parser.ParseFrom(answer.Body.Span).Items;
        return [.. items.Select(item => $"{item.Key.ToStringUtf8()}={item.Value.ToStringUtf8()}")];
    }

    private Task<Response> WriteAsync(
        CredentialJson owner,
        int version,
        IEnumerable<(string Key, string Value)> items,
        string[]? deleted = null,
        bool clearAll = false) =>
        AskAsync("PUT", "", owner, new StorageWrite
        {
            Manifest = new StorageManifest { Version = (ulong)version, Value = ByteString.CopyFromUtf8($"manifest {version}") },
            Inserted =
            {
                items.Select(item =>
                    new StorageItem { Key = ByteString.CopyFromUtf8(item.Key), Value = ByteString.CopyFromUtf8(item.Value) }),
            },
            DeletedKeys = { (deleted ?? []).Select(ByteString.CopyFromUtf8) },
            ClearAll = clearAll,
        });

    private Task<Response> AskAsync(string verb, string path, CredentialJson owner, IMessage? body = null) =>
        AskAsync(verb, path, Header(owner.Username, owner.Password), body?.ToByteArray());

    private async Task<Response> AskAsync(string verb, string path, string? header, byte[]? body = null) => await _server.AskAsync(
        verb, $"/v1/storage/{path}", null, body, 0, header is null ? [] : [("Authorization", header)]);
}
