using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.Server;
using Fluister.Server.Accounts;

namespace Fluister.ServerTests.Avatars;

/// <summary>Avatars: the form that a profile is answered with, the upload that it gives the right to, and when an avatar goes.</summary>
public sealed class AvatarTests : IAsyncLifetime
{
    private static readonly string Version = new('a', 64);
    private static readonly byte[] Picture = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];

    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-avatars-").FullName;
    private TestServer _server = null!;
    private HttpClient _http = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _server = new TestServer(avatars: _folder);
        _http = await _server.ListenAsync();
        _account = await _server.AddAccountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_avatar_is_uploaded_by_the_form_and_read_by_its_key()
    {
        var form = (await SetAsync(avatar: true, same: false))!;
        Assert.Equal(
            ["acl", "algorithm", "credential", "date", "key", "policy", "signature"],
            form.Select(member => member.Key).Order(StringComparer.Ordinal));
        var key = (string)form["key"]!;
        Assert.Matches("^profiles/[A-Za-z0-9_-]{22}==$", key);
        Assert.Equal(key, await AvatarAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(key)).Status);

        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(form, Picture));
        foreach (var path in new[] { key, key.Replace("=", "%3D", StringComparison.Ordinal) })
        {
            var (status, body) = await GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(Picture, body);
        }

        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/" + key), TestContext.Current.CancellationToken);
        Assert.Equal(3000, head.Content.Headers.ContentLength);
        using var put = await _http.PutAsync("/" + key, new ByteArrayContent(Picture), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
    }

    [Fact]
    public async Task Where_the_disk_has_nothing_to_spare_none_is_kept()
    {
        var form = (await SetAsync(avatar: true, same: false))!;
        _server.Home.Avatars!.Reserve = long.MaxValue / 2;
        Assert.Equal(HttpStatusCode.InsufficientStorage, await UploadAsync(form, Picture));
        Assert.Empty(Files());
        _server.Home.Avatars.Reserve = ServerLimits.DiskReserve;
        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(form, Picture));
    }

    [Fact]
    public async Task One_that_stays_stays_and_one_that_is_replaced_or_taken_away_is_deleted()
    {
        var first = await SetAsync(avatar: true, same: false);
        await UploadAsync(first!, Picture);
        Assert.Null(await SetAsync(avatar: true, same: true));
        Assert.Equal((string)first!["key"]!, await AvatarAsync());
        Assert.Single(Files());

        var second = await SetAsync(avatar: true, same: false);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync((string)first["key"]!)).Status);
        Assert.Empty(Files());
        Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(first, Picture));
        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(second!, Picture));

        Assert.Null(await SetAsync(avatar: false, same: false));
        Assert.Null(await AvatarAsync());
        Assert.Empty(Files());
    }

    [Fact]
    public async Task It_goes_with_the_oldest_version_of_the_profile()
    {
        await UploadAsync((await SetAsync(avatar: true, same: false))!, Picture);
        for (var i = 0; i < ServerLimits.ProfileVersions; i++)
        {
            Assert.Single(Files());
            await SetAsync(avatar: false, same: false, version: $"{i:x64}");
        }

        Assert.Empty(Files());
    }

    [Fact]
    public async Task It_goes_with_its_account_however_that_is_deleted()
    {
        await UploadAsync((await SetAsync(avatar: true, same: false))!, Picture);
        await _server.Home.AccountSettings.DeleteAsync(_account.Caller);
        Assert.Empty(Files());

        // By the operator's command, which is another program: the server finds out when it keeps house.
        _account = await _server.AddAccountAsync();
        await UploadAsync((await SetAsync(avatar: true, same: false))!, Picture);
        await _server.Database.WriteAsync(session =>
        {
            AccountStore.Delete(session, _account.Account.Aci);
            return true;
        });
        Assert.Single(Files());
        await _server.Home.Avatars!.KeepHouseAsync(_server.Clock.GetUtcNow());
        Assert.Empty(Files());
        Assert.Equal(0, _server.Database.Read(session => session.First("SELECT COUNT(*) FROM gone_avatar", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task A_form_gives_the_right_to_its_own_avatar_and_for_a_time()
    {
        var form = await SetAsync(avatar: true, same: false);
        var other = await _server.AddAccountAsync();
        var another = await SetAsync(avatar: true, same: false, account: other);
        foreach (var member in new[] { "key", "policy", "date", "signature" })
        {
            var mixed = form!.DeepClone().AsObject();
            mixed[member] = another![member]!.DeepClone();
            var isTheSame = (string)form[member]! == (string)another[member]!;
            Assert.Equal(isTheSame ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, await UploadAsync(mixed, Picture));
            mixed.Remove(member);
            Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(mixed, Picture));
        }

        _server.Clock.Advance(ServerLimits.AvatarForm);
        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(form!, Picture));
        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(form!, Picture));
    }

    [Fact]
    public async Task What_is_too_large_or_empty_or_no_form_is_refused_and_nothing_is_left()
    {
        var form = (await SetAsync(avatar: true, same: false))!;
        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(form, new byte[ServerLimits.Avatar]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await UploadAsync(form, new byte[ServerLimits.Avatar + 1]));
        Assert.Equal(HttpStatusCode.BadRequest, await UploadAsync(form, []));
        Assert.Equal(ServerLimits.Avatar, Assert.Single(Files()).Length);

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("no parts at all"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("--x\r\n\r\nno name\r\n--x--"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Part("key", "profiles/x") + "--x--"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Part("key", new string('k', ServerLimits.AvatarField)) + "--x--"));
        var many = string.Concat(Enumerable.Range(0, ServerLimits.AvatarFields + 1).Select(i => Part($"f{i}", "x")));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(many + Part("file", "x") + "--x--"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(Part("file", "x") + "--x--"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Part("key", "x"), boundary: new string('b', 200)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Part("key", "x"), boundary: ""));
        Assert.Single(Files());

        static string Part(string name, string value) => $"--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";
    }

    [Fact]
    public async Task One_form_is_one_file_at_a_time()
    {
        var form = (await SetAsync(avatar: true, same: false))!;
        using var held = new SemaphoreSlim(0);
        var first = _server.Home.Avatars!.KeepAsync((string)form["key"]!, async stream =>
        {
            await stream.WriteAsync(Picture, TestContext.Current.CancellationToken);
            await held.WaitAsync(TestContext.Current.CancellationToken);
            return true;
        });
        Assert.Equal(HttpStatusCode.Conflict, await UploadAsync(form, Picture));
        Assert.Single(Files());
        held.Release();
        Assert.True(await first);
        Assert.Equal(HttpStatusCode.NoContent, await UploadAsync(form, Picture));
    }

    [Fact]
    public async Task A_disabled_account_uploads_nothing()
    {
        var form = (await SetAsync(avatar: true, same: false))!;
        await _server.Home.Accounts.UpdateAsync(_account.Account.Aci, account => account with { IsDisabled = true });
        Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(form, Picture));
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData("/profiles/")]
    [InlineData("/profiles/..%2F..%2Fserver.json")]
    [InlineData("/profiles/AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("/profiles/AAAA")]
    public async Task What_is_no_key_leads_nowhere(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path[1..])).Status);

    [Fact]
    public async Task Forms_are_bounded_by_the_bytes_that_they_allow()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.NotNull(await SetAsync(avatar: true, same: false));
        }

        var refused = await _server.AskAsync("PUT", "/v1/profile", _account.Caller, Body(avatar: true, same: false, Version));
        Assert.Equal((429, "105"), (refused.Status, refused.Headers[0].Value));
        Assert.Null(await SetAsync(avatar: true, same: true));
    }

    [Fact]
    public async Task What_was_left_of_an_upload_is_swept()
    {
        await UploadAsync((await SetAsync(avatar: true, same: false))!, Picture);
        var left = Path.Combine(_folder, "left.part");
        await File.WriteAllBytesAsync(left, Picture, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(left, (_server.Clock.GetUtcNow() - TimeSpan.FromHours(1)).UtcDateTime);
        await _server.Home.Avatars!.KeepHouseAsync(_server.Clock.GetUtcNow());
        Assert.DoesNotContain(".part", Assert.Single(Files()).Name, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Body(bool avatar, bool same, string version) => Json.Body(new
    {
        version,
        commitment = Convert.ToBase64String(new byte[97]),
        name = Convert.ToBase64String(new byte[81]),
        avatar,
        sameAvatar = same,
    });

    // As Signal Desktop writes it: no file name, and the fields in this order.
    private async Task<HttpStatusCode> UploadAsync(JsonObject form, byte[] bytes)
    {
        using var content = new MultipartFormDataContent("----------------0123456789abcdef");
        foreach (var (field, member) in new[]
        {
            ("key", "key"), ("x-amz-credential", "credential"), ("acl", "acl"), ("x-amz-algorithm", "algorithm"), ("x-amz-date", "date"),
            ("policy", "policy"), ("x-amz-signature", "signature"),
        })
        {
            if (form[member] is { } value)
            {
                content.Add(new StringContent((string)value!), $"\"{field}\"");
            }
        }

        content.Add(new StringContent("application/octet-stream"), "\"Content-Type\"");
        content.Add(new ByteArrayContent(bytes), "\"file\"");
        using var response = await _http.PostAsync("/", content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> PostAsync(string body, string boundary = "x")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        using var response = await _http.PostAsync("/", content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(string key)
    {
        using var response = await _http.GetAsync("/" + key, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private async Task<JsonObject?> SetAsync(bool avatar, bool same, string? version = null, TestAccount? account = null)
    {
        var response = await _server.AskAsync(
            "PUT", "/v1/profile", (account ?? _account).Caller, Body(avatar, same, version ?? Version));
        Assert.Equal(200, response.Status);
        return response.Body.IsEmpty ? null : response.Read().AsObject();
    }

    private async Task<string?> AvatarAsync() =>
        (string?)(await _server.AskAsync("GET", $"/v1/profile/{_account.Account.Aci}/{Version}", _account.Caller)).Read()["avatar"];

    private FileInfo[] Files() => new DirectoryInfo(_folder).GetFiles("*", SearchOption.AllDirectories);
}
