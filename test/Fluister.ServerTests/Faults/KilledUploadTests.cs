using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Faults;

/// <summary>The server is killed while attachments come.</summary>
public sealed class KilledUploadTests : IDisposable
{
    private const int Rounds = 5;
    private const int Length = 3_000_000;

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task An_upload_goes_on_where_it_was_and_is_never_seen_half()
    {
        var random = new SeededRandom(41);
        await using var server = new LiveServer(_temporary["data"]);
        var account = Assert.Single(await server.AddAccountsAsync(1));
        await server.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = random.Bytes(Length);
            var upload = await Upload.BeginAsync(server, account, Length);
            Assert.Equal(204, await upload.SendAsync(bytes[..1_000_000]));

            // Some of the rest has come: any part of it, or all.
            var part = Path.Combine(server.Folder.Blobs, "parts", upload.Key);
            var sending = upload.SendAsync(bytes[1_000_000..]);
            var enough = 1_000_000 + random.Next(2_000_000);
            Assert.True(SpinWait.SpinUntil(
                () => new FileInfo(part) is not { Exists: true } file || file.Length >= enough, TimeSpan.FromMinutes(1)));
            await server.KillAsync();
            var answered = await sending;
            await server.StartAsync();

            var seen = await upload.DownloadAsync();
            Assert.True(seen is null || seen.AsSpan().SequenceEqual(bytes));
            var (status, offset) = await upload.AskAsync();
            Assert.Equal(200, status);
            Assert.InRange(offset, answered == 204 ? Length : 1_000_000, Length);
            Assert.Equal(204, await upload.SendAsync(bytes[(int)offset..]));
            Assert.True((await upload.DownloadAsync()).AsSpan().SequenceEqual(bytes));
        }

        await server.StopAsync();
        Assert.Equal(Rounds, Directory.GetFiles(server.Folder.Blobs, "*", SearchOption.AllDirectories).Length);
    }
}
