using System.Text;
using Fluister.Server.Invites;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Operations;

/// <summary>A server in one file, and back.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;

    public BackupTests()
    {
        _folder = new DataFolder(_temporary["server"]);
        _folder.SetUp(new ServerOptions { Domain = "chat.example.org" }, Now, new SeededRandom(6));
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Made_while_many_write_it_is_one_state_of_the_database()
    {
        await using var database = new SqliteDatabase(_folder.Database);
        await database.WriteAsync(session => session.Run("CREATE TABLE left_ (n INTEGER); CREATE TABLE right_ (n INTEGER)"));
        using var enough = new CancellationTokenSource();
        var written = 0;
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await database.WriteAsync(session =>
                    session.Run("INSERT INTO left_ VALUES (1)") + session.Run("INSERT INTO right_ VALUES (1)"));
                Interlocked.Increment(ref written);
            }
        })).ToList();
        for (var round = 0; round < 5; round++)
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref written) > 100 * (round + 1), TimeSpan.FromMinutes(1));
            var before = Volatile.Read(ref written);
            await using var restored = Restored(Write(), $"round{round}");
            var (left, right) = restored.Read(session => (Count(session, "left_"), Count(session, "right_")));
            Assert.Equal(left, right);
            Assert.True(left >= before, "What was answered before the backup began is in it.");
        }

        await enough.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task All_of_the_server_comes_back_and_for_its_owner_alone()
    {
        await new SqliteDatabase(_folder.Database).DisposeAsync();
        DataFolder.Write(_folder.Attestations, "[]"u8);
        var folder = new DataFolder(_temporary["restored"]);
        using var backup = Write();
        var manifest = Backup.Restore(backup, folder);
        folder.Check();
        Assert.Equal(_folder.ReadIdentity().Write(), folder.ReadIdentity().Write());
        Assert.Equal(manifest.Tag, folder.ReadIdentity().Tag.ToString());
        foreach (var name in DataFolder.Kept)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.Path, name)), File.ReadAllBytes(Path.Combine(folder.Path, name)));
        }

        Assert.All(
            Directory.GetFiles(folder.Path),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(7, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task One_time_keys_do_not_come_back_and_the_others_do()
    {
        await using (var database = new SqliteDatabase(_folder.Database))
        {
            await database.WriteAsync(session => session.Run(
                """
                INSERT INTO account (aci, aci_identity) VALUES (x'01', x'02');
                INSERT INTO device (aci, id, salt, hash, registration_id, capabilities, created, last_seen_day)
                    VALUES (x'01', 1, x'', x'', 1, '', 0, 0);
                INSERT INTO pre_key (aci, device, identity, kind, id, public)
                    VALUES (x'01', 1, 0, 0, 5, x''), (x'01', 1, 0, 1, 5, x''), (x'01', 1, 0, 2, 5, x''), (x'01', 1, 0, 3, 5, x'')
                """));
        }

        await using var restored = Restored(Write(), "restored");
        Assert.Equal([1, 3], restored.Read(session => session.Query("SELECT kind FROM pre_key ORDER BY kind", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task Attachments_do_not_come_back_and_invites_are_good_no_more()
    {
        await using (var database = new SqliteDatabase(_folder.Database))
        {
            await database.WriteAsync(session => session.Run(
                """
                INSERT INTO account (aci, aci_identity) VALUES (x'01', x'02');
                INSERT INTO attachment (key, aci, length, hash, created, expires)
                    VALUES (x'01', x'01', 5, x'07', 0, 9000000000000), (x'02', x'01', 5, NULL, 0, 9000000000000);
                INSERT INTO invite (token, code, uses_left, expires, created) VALUES (x'01', '111111', 3, 9000000000000, 0)
                """));
        }

        await using var restored = Restored(Write(), "restored");
        Assert.Equal((1, 0), restored.Read(session => (Count(session, "account"), Count(session, "attachment"))));
        Assert.True(Assert.Single(new InviteStore(restored).List()).IsRevoked);
        Assert.False(await restored.WriteAsync(session => InviteStore.Use(session, [1], Now)));
    }

    [Fact]
    public async Task Verification_leaves_nothing_and_refuses_what_restoring_would()
    {
        await new SqliteDatabase(_folder.Database).DisposeAsync();
        using var backup = Write();
        var scratch = new DataFolder(_temporary["verify"]);
        Assert.Equal(_folder.ReadIdentity().Tag.ToString(), Backup.Verify(backup, scratch).Tag);
        Assert.False(Directory.Exists(scratch.Path));

        // Another server's keys under a right hash.
        var other = new DataFolder(_temporary["another"]);
        other.SetUp(new ServerOptions(), Now, new SeededRandom(7));
        using var mixed = new MemoryStream();
        Backup.Write(_folder, mixed, _temporary["scratch"], Now);
        var text = Encoding.Latin1.GetString(mixed.ToArray());
        var (tag, stranger) = (_folder.ReadIdentity().Tag.ToString(), other.ReadIdentity().Tag.ToString());
        using var wrong = new MemoryStream(Encoding.Latin1.GetBytes(text.Replace($"\"{tag}\"", $"\"{stranger}\"")));
        Assert.Equal(5, Assert.Throws<OperationException>(() => Backup.Verify(wrong, scratch)).ExitCode);
        Assert.False(Directory.Exists(scratch.Path));

        // A folder that is somebody's is left as it is.
        Directory.CreateDirectory(scratch.Path);
        File.WriteAllText(Path.Combine(scratch.Path, "letter"), "mine");
        using var again = Write();
        Assert.Equal(6, Assert.Throws<OperationException>(() => Backup.Verify(again, scratch)).ExitCode);
        Assert.True(File.Exists(Path.Combine(scratch.Path, "letter")));
    }

    [Fact]
    public async Task A_backup_that_is_cut_short_or_changed_is_refused_and_nothing_is_left()
    {
        await new SqliteDatabase(_folder.Database).DisposeAsync();
        using var backup = Write();
        var whole = backup.ToArray();
        foreach (var length in Enumerable.Range(0, (whole.Length - 2048) / 1536).Select(i => i * 1536))
        {
            Refused(whole[..length]);
        }

        var text = Encoding.Latin1.GetString(whole);
        var (hash, keys) = (text.IndexOf("\"sha256\"", StringComparison.Ordinal), text.IndexOf("\"genesis\"", StringComparison.Ordinal));
        Assert.True(hash > 0 && keys > hash);
        foreach (var at in new[] { hash + 14, keys + 14, whole.Length / 2, whole.Length - 20_000 })
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            Refused(changed);
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_empty_is_left_alone()
    {
        await new SqliteDatabase(_folder.Database).DisposeAsync();
        using var backup = Write();
        Directory.CreateDirectory(_temporary["other"]);
        File.WriteAllText(_temporary["other/letter"], "mine");
        Assert.Equal(6, Assert.Throws<OperationException>(() => Backup.Restore(backup, new DataFolder(_temporary["other"]))).ExitCode);
        Assert.Equal("mine", File.ReadAllText(_temporary["other/letter"]));
    }

    [Fact]
    public async Task A_damaged_database_is_not_backed_up()
    {
        await using (var database = new SqliteDatabase(_folder.Database))
        {
            await database.WriteAsync(session =>
                session.Run("CREATE TABLE thing (n INTEGER PRIMARY KEY, t TEXT); CREATE INDEX i ON thing (t)"));
            for (var i = 0; i < 2000; i++)
            {
                _ = database.WriteAsync(session => session.Run("INSERT INTO thing (t) VALUES (?1)", $"text {i}"));
            }
        }

        var bytes = File.ReadAllBytes(_folder.Database);
        for (var page = bytes.Length / 4096 / 2; page < bytes.Length / 4096; page++)
        {
            bytes.AsSpan(page * 4096, 64).Fill(0xff);
        }

        File.WriteAllBytes(_folder.Database, bytes);
        Assert.ThrowsAny<Exception>(Write);
        Assert.False(File.Exists(_temporary["scratch"]));
    }

    private static long Count(SqliteSession session, string table) =>
        session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt64(0));

    private void Refused(byte[] backup)
    {
        var folder = new DataFolder(_temporary["refused"]);
        using var stream = new MemoryStream(backup);
        Assert.Equal(5, Assert.Throws<OperationException>(() => Backup.Restore(stream, folder)).ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private MemoryStream Write()
    {
        var stream = new MemoryStream();
        Backup.Write(_folder, stream, _temporary["scratch"], Now);
        stream.Position = 0;
        return stream;
    }

    private SqliteDatabase Restored(MemoryStream backup, string name)
    {
        using (backup)
        {
            var folder = new DataFolder(_temporary[name]);
            Backup.Restore(backup, folder);
            return new SqliteDatabase(folder.Database);
        }
    }
}
