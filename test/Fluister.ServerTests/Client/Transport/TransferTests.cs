using System.Text;
using Fluister.Client;
using Fluister.Client.Attachments;
using Fluister.Protocol.Attachments;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>Attachments on their way to the server and back, over lines that break, and from senders and servers that lie.</summary>
public sealed class TransferTests
{
    private const int Large = 3_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(541)]
    [InlineData(70_000)]
    [InlineData(Large)]
    public async Task What_is_sent_is_fetched(int length)
    {
        await using var scene = await TransferScene.StartAsync();
        var bytes = TransferScene.Bytes(length);
        var file = await scene.ImportAsync(bytes);
        Assert.Equal(length, file.Size);
        var sent = await scene.UploadAsync(file);
        Assert.Equal((3, (long)length), (sent.Cdn, sent.Seal.Size));
        var fetched = await scene.DownloadAsync(TransferScene.Remote(sent));
        Assert.Equal(bytes, scene.Read(fetched));
        Assert.Equal((file.Size, file.PlaintextHash), (fetched.Size, fetched.PlaintextHash));
        Assert.NotEqual((file.Path, file.LocalKey), (fetched.Path, fetched.LocalKey));
        scene.AssertFiles(2);
        scene.Files.Delete(file.Path);
        scene.AssertFiles(1);
        Assert.Equal(ClientError.NotFound, Assert.Throws<ClientException>(() => scene.Files.Open(file)).Error);
    }

    [Fact]
    public async Task An_upload_goes_on_where_the_line_broke()
    {
        await using var scene = await TransferScene.StartAsync();
        var file = await scene.ImportAsync(TransferScene.Bytes(Large));
        var before = scene.Relay.Up;
        scene.Relay.CutAfterUp = before + (Large / 2);
        var done = new List<long>();
        var sent = await scene.Upload.UploadAsync(file, null, null, new Steps(done.Add), true, Cancellation);
        Assert.Equal(AttachmentSize.Encrypted(Large), done[^1]);

        // Not all of it went twice.
        Assert.InRange(scene.Relay.Up - before, AttachmentSize.Encrypted(Large), AttachmentSize.Encrypted(Large) * 5 / 4);
        Assert.Equal(scene.Read(file), scene.Read(await scene.DownloadAsync(TransferScene.Remote(sent))));
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_crash_with_the_same_bytes()
    {
        await using var scene = await TransferScene.StartAsync();
        var file = await scene.ImportAsync(TransferScene.Bytes(Large));
        using var crash = new CancellationTokenSource();
        string? kept = null;
        var progress = new Steps(done => (done > Large / 2 ? crash : null)?.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scene.Upload.UploadAsync(file, null, state => kept = state, progress, true, crash.Token));
        var first = UploadState.Read(kept, file)!;
        var before = scene.Relay.Up;
        var sent = await scene.Upload.UploadAsync(file, kept, state => kept = state, null, true, Cancellation);
        Assert.Equal(first.CdnKey, sent.CdnKey);
        Assert.Equal(first.Key, sent.Key.ToArray());
        Assert.InRange(scene.Relay.Up - before, 0, AttachmentSize.Encrypted(Large) * 3 / 4);
        Assert.Equal(scene.Read(file), scene.Read(await scene.DownloadAsync(TransferScene.Remote(sent))));

        // Once more, though all of it is there: the answer was lost.
        before = scene.Relay.Up;
        var again = await scene.Upload.UploadAsync(file, kept, null, null, true, Cancellation);
        Assert.Equal(sent.CdnKey, again.CdnKey);
        Assert.Equal(sent.Seal.Digest.ToArray(), again.Seal.Digest.ToArray());
        Assert.Equal(sent.Seal.ChunkMacs.ToArray(), again.Seal.ChunkMacs.ToArray());
        Assert.InRange(scene.Relay.Up - before, 0, 100_000);
    }

    [Fact]
    public async Task What_was_kept_of_another_file_or_makes_no_sense_is_not_gone_on_with()
    {
        await using var scene = await TransferScene.StartAsync();
        var (one, other) = (await scene.ImportAsync(TransferScene.Bytes(1000)), await scene.ImportAsync(new byte[1000]));
        string? kept = null;
        var sent = await scene.Upload.UploadAsync(one, null, state => kept = state, null, true, Cancellation);
        Assert.NotNull(UploadState.Read(kept, one));
        Assert.All([kept, null, "", "{}", "null", kept![..^3]], text => Assert.Null(UploadState.Read(text, other)));
        var second = await scene.Upload.UploadAsync(other, kept, null, null, true, Cancellation);
        Assert.NotEqual(sent.CdnKey, second.CdnKey);
        Assert.NotEqual(sent.Key.ToArray(), second.Key.ToArray());
        Assert.Equal(new byte[1000], scene.Read(await scene.DownloadAsync(TransferScene.Remote(second))));
    }

    [Fact]
    public async Task A_right_to_upload_that_is_over_is_asked_for_anew()
    {
        await using var scene = await TransferScene.StartAsync();
        var file = await scene.ImportAsync(TransferScene.Bytes(1000));
        string? kept = null;
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Upload.UploadAsync(
            file,
            null,
            state =>
            {
                kept = state;
                stop.Cancel();
            },
            null,
            true,
            stop.Token));
        var wrong = UploadState.Read(kept, file)! with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer no" } };
        var sent = await scene.Upload.UploadAsync(file, wrong.Write(), null, null, true, Cancellation);
        Assert.NotEqual(wrong.CdnKey, sent.CdnKey);
        Assert.Equal(scene.Read(file), scene.Read(await scene.DownloadAsync(TransferScene.Remote(sent))));
    }

    [Fact]
    public async Task A_download_goes_on_where_the_line_broke()
    {
        await using var scene = await TransferScene.StartAsync();
        var bytes = TransferScene.Bytes(Large);
        var sent = await scene.UploadAsync(await scene.ImportAsync(bytes));
        var before = scene.Relay.Down;
        scene.Relay.CutAfterDown = before + (Large / 2);
        Assert.Equal(bytes, scene.Read(await scene.DownloadAsync(TransferScene.Remote(sent))));
        Assert.InRange(scene.Relay.Down - before, AttachmentSize.Encrypted(Large), AttachmentSize.Encrypted(Large) * 5 / 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_goes_on_after_a_crash_and_what_was_kept_is_checked_again(bool isDamaged)
    {
        await using var scene = await TransferScene.StartAsync();
        var bytes = TransferScene.Bytes(Large);
        var remote = TransferScene.Remote(await scene.UploadAsync(await scene.ImportAsync(bytes)));
        using var crash = new CancellationTokenSource();
        var progress = new Steps(done => (done > Large / 2 ? crash : null)?.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scene.Download.DownloadAsync(remote, long.MaxValue, progress, crash.Token));
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(scene.Folder, ".partial")));
        Assert.InRange(new FileInfo(kept).Length, Large / 2, Large - 1);
        scene.Files.Clean();
        if (isDamaged)
        {
            using var file = new FileStream(kept, FileMode.Open);
            file.Position = 1000;
            file.WriteByte((byte)(file.ReadByte() ^ 1));
        }

        var before = scene.Relay.Down;
        Assert.Equal(bytes, scene.Read(await scene.DownloadAsync(remote)));
        var all = AttachmentSize.Encrypted(Large);
        Assert.InRange(scene.Relay.Down - before, isDamaged ? all : 0, isDamaged ? 2 * all : all * 3 / 4);
        scene.AssertFiles(2);
    }

    [Theory]
    [InlineData("digest")]
    [InlineData("key")]
    [InlineData("larger")]
    [InlineData("smaller")]
    [InlineData("chunk")]
    [InlineData("chunk size")]
    [InlineData("negative")]
    [InlineData("no key")]
    [InlineData("storage")]
    [InlineData("place")]
    public async Task What_a_sender_says_wrong_is_a_typed_error_and_leaves_nothing(string what)
    {
        await using var scene = await TransferScene.StartAsync();
        var right = TransferScene.Remote(await scene.UploadAsync(await scene.ImportAsync(TransferScene.Bytes(200_000))));
        var seal = right.Seal;
        var wrong = what switch
        {
            "digest" => right with { Seal = seal with { Digest = Flip(seal.Digest, 0) } },
            "key" => right with { Key = Flip(right.Key, 5), Seal = seal with { ChunkMacs = default, ChunkBytes = 0 } },
            "larger" => right with { Seal = seal with { Size = 2_000_000 } },
            "smaller" => right with { Seal = seal with { Size = 100 } },
            "chunk" => right with { Seal = seal with { ChunkMacs = Flip(seal.ChunkMacs, 40) } },
            "chunk size" => right with { Seal = seal with { ChunkBytes = int.MaxValue } },
            "negative" => right with { Seal = seal with { Size = -1 } },
            "no key" => right with { Key = new byte[63] },
            "storage" => right with { Cdn = 2 },
            _ => right with { CdnKey = "../v1/accounts/whoami" },
        };
        var refused = await Assert.ThrowsAsync<ClientException>(() => scene.DownloadAsync(wrong));
        Assert.Equal(ClientError.Malformed, refused.Error);
        scene.AssertFiles(1);
        Assert.Equal(200_000, (await scene.DownloadAsync(right)).Size);
    }

    [Theory]
    [InlineData("changed early")]
    [InlineData("changed late")]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("bomb")]
    public async Task A_server_that_keeps_other_bytes_is_found_out_before_any_of_them_is_used(string what)
    {
        await using var scene = await TransferScene.StartAsync();
        var remote = TransferScene.Remote(await scene.UploadAsync(await scene.ImportAsync(TransferScene.Bytes(Large))));
        using (var blob = new FileStream(scene.Blob(), FileMode.Open))
        {
            blob.Position = what == "changed early" ? 100_000 : Large - 1000;
            switch (what)
            {
                case "cut":
                    blob.SetLength(blob.Length - 16);
                    break;
                case "longer":
                    blob.SetLength(blob.Length + 16);
                    break;
                case "bomb":
                    blob.SetLength(blob.Length * 1000);
                    break;
                default:
                    var given = blob.ReadByte();
                    blob.Position--;
                    blob.WriteByte((byte)(given ^ 1));
                    break;
            }
        }

        var before = scene.Relay.Down;
        var refused = await Assert.ThrowsAsync<ClientException>(() => scene.DownloadAsync(remote));
        Assert.Equal(ClientError.Malformed, refused.Error);
        scene.AssertFiles(1);
        if (what == "bomb")
        {
            Assert.InRange(scene.Relay.Down - before, 0, 2 * AttachmentSize.Encrypted(Large));
        }
    }

    [Fact]
    public async Task What_is_too_large_or_gone_is_told_apart()
    {
        await using var scene = await TransferScene.StartAsync();
        var remote = TransferScene.Remote(await scene.UploadAsync(await scene.ImportAsync(TransferScene.Bytes(5000))));
        var refused = await Assert.ThrowsAsync<ClientException>(
            () => scene.Download.DownloadAsync(remote, 4999, null, Cancellation));
        Assert.Equal(ClientError.BadInput, refused.Error);
        var gone = remote with { CdnKey = Guid.Parse("00000000-0000-4000-8000-000000000001").ToString() };
        refused = await Assert.ThrowsAsync<ClientException>(() => scene.DownloadAsync(gone));
        Assert.Equal(ClientError.NotFound, refused.Error);
        refused = await Assert.ThrowsAsync<ClientException>(
            () => scene.Files.ImportAsync(new MemoryStream(new byte[5001]), 5000, Cancellation));
        Assert.Equal(ClientError.BadInput, refused.Error);
        scene.AssertFiles(1);
    }

    [Fact]
    public async Task A_file_that_was_changed_on_the_disk_is_neither_shown_nor_sent()
    {
        await using var scene = await TransferScene.StartAsync();
        var file = await scene.ImportAsync(TransferScene.Bytes(100_000));
        var path = Path.Combine(scene.Folder, file.Path);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[50_000] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        Assert.Equal(ClientError.Store, Assert.Throws<ClientException>(() => scene.Read(file)).Error);
        var refused = await Assert.ThrowsAsync<ClientException>(() => scene.UploadAsync(file));
        Assert.Equal(ClientError.Store, refused.Error);
    }

    [Fact]
    public async Task A_crash_leaves_no_plain_text_and_no_file_with_a_name()
    {
        await using var scene = await TransferScene.StartAsync();
        var canary = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the canary sings ", 20_000)));
        var kept = await scene.ImportAsync(canary);
        var writer = scene.Files.Begin();
        writer.Append(canary);
        var left = Directory.GetFiles(scene.Folder, "*", SearchOption.AllDirectories);
        Assert.Equal(2, left.Length);
        Assert.Single(scene.Files.All());
        Assert.All(left, file => Assert.Equal(-1, Contents(file).AsSpan().IndexOf("canary"u8)));
        Assert.All(left, file => Assert.NotEmpty(Contents(file)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.All(left, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }

        scene.Files.Clean();
        scene.AssertFiles(1);
        Assert.Equal(canary, scene.Read(kept));
        writer.Dispose();
    }

    private static byte[] Contents(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        var other = bytes.ToArray();
        other[at] ^= 1;
        return other;
    }

    // Unlike Progress<T>, at once and in order.
    private sealed class Steps(Action<long> take) : IProgress<(long Done, long Total)>
    {
        public void Report((long Done, long Total) value) => take(value.Done);
    }
}
