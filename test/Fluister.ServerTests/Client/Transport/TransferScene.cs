using System.Security.Cryptography;
using Fluister.Client.Attachments;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>A server that keeps attachments, and a client with a folder of its own that uploads and downloads.</summary>
internal sealed class TransferScene : IAsyncDisposable
{
    private readonly TemporaryFolder _temporary;
    private readonly LinkScene _scene;

    private TransferScene(TemporaryFolder temporary, LinkScene scene)
    {
        (_temporary, _scene, Relay) = (temporary, scene, new Relay(scene.Server.Port));
        scene.Server.Home.Url = new Uri($"https://localhost:{Relay.Port}");
        Link = scene.Link(HomeServerDescriptor.Read(scene.Server.Describe(Relay.Port), scene.Server.Key));
        Link.Start(withMessages: false);
        Files = new AttachmentFiles(temporary["account"], RandomSource.System);
    }

    /// <summary>What lies between the two.</summary>
    public Relay Relay { get; }

    /// <summary>The connection.</summary>
    public HomeServerLink Link { get; }

    /// <summary>The client's files.</summary>
    public AttachmentFiles Files { get; }

    /// <summary>Where those lie.</summary>
    public string Folder => Path.Combine(_temporary["account"], "attachments.noindex");

    /// <summary>The server.</summary>
    public TestServer Server => _scene.Server;

    /// <summary>The streams.</summary>
    public HomeServerStreams Streams => new(Link, TimeProvider.System);

    /// <summary>Uploads.</summary>
    public AttachmentUpload Upload =>
        new(new HomeServerApi(Link), Streams, Files, TimeProvider.System, RandomSource.System);

    /// <summary>Downloads.</summary>
    public AttachmentDownload Download => new(Streams, Files, TimeProvider.System, RandomSource.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Begins.</summary>
    public static async Task<TransferScene> StartAsync()
    {
        var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["account"]);
        return new TransferScene(temporary, await LinkScene.StartAsync(blobs: temporary["blobs"]));
    }

    /// <summary>Bytes that a seed gives.</summary>
    public static byte[] Bytes(int length) => new SeededRandom(length).Bytes(length);

    /// <summary>Takes a file in.</summary>
    public Task<LocalFile> ImportAsync(byte[] bytes) => Files.ImportAsync(new MemoryStream(bytes), long.MaxValue, Cancellation);

    /// <summary>Uploads a file, with nothing to go on with.</summary>
    public Task<UploadedAttachment> UploadAsync(LocalFile file) => Upload.UploadAsync(file, null, null, null, true, Cancellation);

    /// <summary>What a message says of an attachment.</summary>
    public static RemoteFile Remote(UploadedAttachment sent) => new(sent.Cdn, sent.CdnKey, sent.Key, sent.Seal);

    /// <summary>Fetches one.</summary>
    public Task<LocalFile> DownloadAsync(RemoteFile remote) => Download.DownloadAsync(remote, long.MaxValue, null, Cancellation);

    /// <summary>The plain bytes of a file.</summary>
    public byte[] Read(LocalFile file)
    {
        using var stream = Files.Open(file);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Asserts that there are so many files, all with their final names, and nothing unfinished.</summary>
    public void AssertFiles(int count)
    {
        Assert.Equal(count, Files.All().Count());
        Assert.Equal(count, Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Length : 0);
    }

    /// <summary>The server's file of an attachment.</summary>
    public string Blob() => Directory.GetFiles(_temporary["blobs"], "*", SearchOption.AllDirectories)
        .Single(file => Path.GetFileName(file).Length == 2 * SHA256.HashSizeInBytes);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        await Relay.DisposeAsync();
        _temporary.Dispose();
    }
}
