using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Attachments;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Attachments;

/// <summary>What is kept of attachments: by whom, how much, how long, and where a machine goes down in between.</summary>
public sealed class AttachmentBookTests : IAsyncDisposable
{
    private static readonly byte[] Bytes = new SeededRandom(21).Bytes(1000);

    private readonly TemporaryFolder _temporary = new();
    private readonly TestServer _server;

    public AttachmentBookTests() => _server = new TestServer(_temporary["blobs"]);

    private AttachmentBook Book => _server.Home.Attachments!;

    private string[] Files => Directory.Exists(_temporary["blobs"])
        ? Directory.GetFiles(_temporary["blobs"], "*", SearchOption.AllDirectories)
        : [];

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task Files_are_named_by_their_hash_and_two_with_the_same_bytes_are_one()
    {
        var account = await _server.AddAccountAsync();
        var (first, second) = (await UploadAsync(account, Bytes), await UploadAsync(account, Bytes));
        Assert.NotEqual(first, second);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Bytes)), Path.GetFileName(Assert.Single(Files)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files[0]));

        // Who knows the bytes does not know the key, and a hash is no key.
        Assert.Null(Book.Find(Path.GetFileName(Files[0])));
        await _server.Database.WriteAsync(session =>
        {
            session.Run("DELETE FROM attachment WHERE key = ?1", Guid.Parse(first).ToByteArray(bigEndian: true));
            return true;
        });
        await Book.SweepAsync();
        Assert.Null(Book.Find(first));
        Assert.Equal(Bytes, await File.ReadAllBytesAsync(Book.Find(second)!.FullName, Cancellation));
    }

    // The sweep asks whether a hash is needed, somebody completes an upload of the same bytes, the sweep deletes.
    [Fact]
    public async Task An_upload_that_gets_its_name_while_the_sweep_looks_at_it_keeps_its_file()
    {
        var files = new AttachmentFiles(_temporary["files"]);
        var (old, late) = (Guid.NewGuid(), Guid.NewGuid());
        var hash = SHA256.HashData(Bytes);
        Put(old);
        files.Name(old, hash, Bytes.Length);
        Put(late);
        var naming = Task.CompletedTask;
        files.DeleteUnless(_ =>
        {
            naming = Task.Run(() => files.Name(late, hash, Bytes.Length), Cancellation);

            // A chance for it, if nothing holds it up.
            naming.Wait(TimeSpan.FromMilliseconds(200));
            return false;
        });
        await naming;
        Assert.NotNull(files.Find(hash));

        void Put(Guid key)
        {
            using var part = files.Open(key)!;
            part.Write(Bytes);
        }
    }

    [Fact]
    public async Task What_has_expired_goes()
    {
        var account = await _server.AddAccountAsync();
        var (whole, part) = (await UploadAsync(account, Bytes), await UploadAsync(account, Bytes[..5], length: 10));
        await Book.SweepAsync();
        Assert.Equal((5L, 10L), await Book.ProgressAsync(part));
        _server.Clock.Advance(ServerLimits.UploadAge);
        Assert.Null(await Book.ProgressAsync(part));
        await Book.SweepAsync();
        Assert.Single(Files);
        Assert.NotNull(Book.Find(whole));
        _server.Clock.Advance(ServerLimits.AttachmentAge - ServerLimits.UploadAge);
        Assert.Null(Book.Find(whole));
        await Book.SweepAsync();
        Assert.Empty(Files);
    }

    [Fact]
    public async Task What_was_complete_when_the_machine_went_down_is_completed_when_it_is_asked_for()
    {
        var account = await _server.AddAccountAsync();
        var key = await UploadAsync(account, Bytes[..999], length: 1000);

        // The last byte was written, and then it went dark.
        await File.AppendAllBytesAsync(Assert.Single(Files), Bytes[999..], Cancellation);
        Assert.Null(Book.Find(key));
        Assert.Equal((1000L, 1000L), await Book.ProgressAsync(key));
        Assert.Equal(Bytes, await File.ReadAllBytesAsync(Book.Find(key)!.FullName, Cancellation));
        Assert.Single(Files);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_complete_without_its_name_gets_it(bool bySweep)
    {
        var account = await _server.AddAccountAsync();
        var key = await UploadAsync(account, Bytes);

        // The database had it, and then it went dark.
        File.Move(Assert.Single(Files), Path.Combine(_temporary["blobs"], "parts", key));
        if (bySweep)
        {
            await Book.SweepAsync();
            Assert.Equal(2 * SHA256.HashSizeInBytes, Path.GetFileName(Assert.Single(Files)).Length);
        }

        Assert.Equal(Bytes, await File.ReadAllBytesAsync(Book.Find(key)!.FullName, Cancellation));
        Assert.Single(Files);
    }

    [Fact]
    public async Task An_upload_that_goes_on_is_not_held_by_the_sweep()
    {
        var account = await _server.AddAccountAsync();
        var key = await UploadAsync(account, Bytes[..500], length: 1000);
        using var enough = new CancellationTokenSource();
        var sweeping = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await Book.SweepAsync();
            }
        });
        for (var i = 0; i < 2000; i++)
        {
            await using var stream = Book.Continue(key);
            Assert.Equal(500, stream.Length);
        }

        await enough.CancelAsync();
        await Task.WhenAll(sweeping);
    }

    [Fact]
    public async Task Who_begins_a_complete_one_again_is_refused_and_changes_nothing()
    {
        var account = await _server.AddAccountAsync();
        var key = await UploadAsync(account, Bytes);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Book.BeginAsync(key, account.Account.Aci, 1000));
        Assert.Equal(409, refused.Response.Status);
        await Book.SweepAsync();
        Assert.Equal(Bytes, await File.ReadAllBytesAsync(Book.Find(key)!.FullName, Cancellation));
        Assert.Single(Files);
    }

    [Fact]
    public async Task With_its_account_go_its_attachments_and_others_stay()
    {
        var (account, other) = (await _server.AddAccountAsync(), await _server.AddAccountAsync());
        var (whole, part) = (await UploadAsync(account, Bytes), await UploadAsync(account, Bytes[..5], length: 10));
        var kept = await UploadAsync(other, Bytes[..500]);
        using (var underWay = Book.Continue(part))
        {
            underWay.Write(Bytes.AsSpan(5, 5));
            await _server.Home.AccountSettings.DeleteAsync(account.Caller);
            Assert.False(await Book.CompleteAsync(part, underWay));
        }

        Assert.Null(Book.Find(whole));
        Assert.Null(await Book.ProgressAsync(part));
        await Book.SweepAsync();
        Assert.Equal(Book.Find(kept)!.FullName, Path.GetFullPath(Assert.Single(Files)));
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => Book.BeginAsync(Guid.NewGuid().ToString(), account.Account.Aci, 1));
        Assert.Equal(401, refused.Response.Status);
    }

    [Fact]
    public async Task Quotas_are_counted_in_the_database_so_that_a_restart_does_not_fill_them()
    {
        var folder = _temporary["quota"];
        Directory.CreateDirectory(folder);
        var account = (await _server.AddAccountAsync()).Account;
        var aci = account.Aci;
        var most = (int)(ServerLimits.AttachmentBytesOfADay / ServerLimits.Attachment);
        await InSessionAsync(async (server, _) =>
        {
            for (var i = 0; i < most; i++)
            {
                await server.Attachments!.BeginAsync(Guid.NewGuid().ToString(), aci, ServerLimits.Attachment);
            }

            return true;
        });
        await InSessionAsync(async (server, clock) =>
        {
            clock.Advance(TimeSpan.FromHours(1));
            var refused = await Assert.ThrowsAsync<RefusedException>(
                () => server.Attachments!.BeginAsync(Guid.NewGuid().ToString(), aci, ServerLimits.Attachment));
            Assert.Equal(429, refused.Response.Status);
            Assert.Equal("82800", Assert.Single(refused.Response.Headers).Value);
            var form = Assert.Throws<RefusedException>(() => server.UploadForms.Create(aci, ServerLimits.Attachment));
            Assert.Equal(429, form.Response.Status);

            // A smaller one still fits, and tomorrow another large one.
            await server.Attachments!.BeginAsync(Guid.NewGuid().ToString(), aci, 1);
            clock.Advance(TimeSpan.FromHours(23));
            await server.Attachments!.BeginAsync(Guid.NewGuid().ToString(), aci, ServerLimits.Attachment);
            return true;
        });

        async Task<T> InSessionAsync<T>(Func<HomeServer, TestClock, Task<T>> work)
        {
            await using var database = new SqliteDatabase(Path.Combine(folder, "server.sqlite"));
            await database.WriteAsync(session =>
            {
                if (AccountStore.Find(session, aci) is null)
                {
                    AccountStore.Insert(session, account);
                }

                return true;
            });
            var clock = new TestClock();
            return await work(
                new HomeServer(database, _server.Home.Identity, clock, RandomSource.System, blobs: Path.Combine(folder, "blobs")), clock);
        }
    }

    [Fact]
    public async Task What_is_kept_of_an_account_is_bounded()
    {
        var account = await _server.AddAccountAsync();
        var most = (int)(ServerLimits.AttachmentBytesOfAnAccount / ServerLimits.Attachment);
        for (var i = 0; i < most; i++)
        {
            var key = Guid.NewGuid().ToString();
            await Book.BeginAsync(key, account.Account.Aci, ServerLimits.Attachment);
            await _server.Database.WriteAsync(session =>
            {
                session.Run("UPDATE attachment SET hash = x'00', expires = 4102444800000");
                return true;
            });
            _server.Clock.Advance(TimeSpan.FromHours(2));
        }

        await Assert.ThrowsAsync<RefusedException>(
            () => Book.BeginAsync(Guid.NewGuid().ToString(), account.Account.Aci, ServerLimits.Attachment));
    }

    [Fact]
    public async Task The_data_report_lists_sizes_and_dates_and_no_keys()
    {
        var (account, other) = (await _server.AddAccountAsync(), await _server.AddAccountAsync());
        var (whole, part) = (await UploadAsync(account, Bytes), await UploadAsync(account, Bytes[..5], length: 10));
        await UploadAsync(other, Bytes[..7]);
        var report = (await _server.AskAsync("GET", "/v2/accounts/data_report", account.Caller)).Read();
        var listed = report["data"]!["attachments"]!.AsArray();
        Assert.Equal([10, 1000], listed.Select(each => (int)each!["bytes"]!).Order());
        Assert.Equal([false, true], listed.OrderBy(each => (int)each!["bytes"]!).Select(each => (bool)each!["isComplete"]!));
        Assert.All(listed, each => Assert.Equal("2026-11-22T12:00:00Z", (string?)each!["created"]));
        Assert.Contains("  Bytes: 1000\n", (string?)report["text"], StringComparison.Ordinal);
        Assert.DoesNotContain(whole, report.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(part, report.ToJsonString(), StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<string> UploadAsync(TestAccount account, byte[] bytes, long? length = null)
    {
        var key = Guid.NewGuid().ToString();
        await Book.BeginAsync(key, account.Account.Aci, length ?? bytes.Length);
        await using var stream = Book.Continue(key);
        await stream.WriteAsync(bytes, Cancellation);
        if (length is null)
        {
            Assert.True(await Book.CompleteAsync(key, stream));
        }

        return key;
    }
}
