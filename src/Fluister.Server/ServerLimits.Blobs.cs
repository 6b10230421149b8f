using Fluister.Server.Limits;

namespace Fluister.Server;

/// <content>Attachments and avatars of peers, which are fetched for clients here and kept for a while. All values are ours.</content>
internal static partial class ServerLimits
{
    /// <summary>Mebibytes of the cache, where the operator does not say: 1024.</summary>
    public const int BlobCacheMebibytes = 1024;

    /// <summary>Most mebibytes that the operator can give the cache: 1 TiB.</summary>
    public const int MostBlobCacheMebibytes = 1024 * 1024;

    /// <summary>Most blobs in the cache, about 200 bytes of memory each: 65,536.</summary>
    public const int CachedBlobs = 64 * 1024;

    /// <summary>Bytes of a block of the disk, of which each cached blob takes whole ones: 4 KiB.</summary>
    public const int DiskBlock = 4 * 1024;

    /// <summary>Most blobs that are fetched from peers at once: 256.</summary>
    public const int BlobFetches = 256;

    /// <summary>Most blobs that are fetched at once for one place: 32.</summary>
    public const int BlobFetchesOfOrigin = 32;

    /// <summary>Most blobs that peers fetch here at once: 512.</summary>
    public const int BlobsToPeers = 512;

    /// <summary>Most blobs that one peer fetches here at once: 128.</summary>
    public const int BlobsToPeer = 128;

    /// <summary>Least bytes a second at which a peer sends a blob: 16 KiB.</summary>
    public const int BlobRate = 16 * 1024;

    /// <summary>How long a peer may pause while it sends a blob, and be behind <see cref="BlobRate"/>, or one who takes it: 15 seconds.
    /// </summary>
    public static readonly TimeSpan BlobPause = TimeSpan.FromSeconds(15);

    /// <summary>Least bytes a second at which a client takes a blob of a peer's, while which it has one of the <see cref="BlobFetches"/>:
    /// 8 KiB. Who is slower asks for the rest with a range.</summary>
    public const int BlobRateOfClients = 8 * 1024;

    /// <summary>How long a blob is kept in the cache: 7 days, so that what its home deletes is gone here too.</summary>
    public static readonly TimeSpan CachedBlobAge = TimeSpan.FromDays(7);

    /// <summary>Blobs that are fetched from peers for one place: 600, two a second.</summary>
    public static readonly Limit RemoteBlobs = new("remoteBlobs", 600, TimeSpan.FromMilliseconds(500));

    /// <summary>Mebibytes that are fetched from peers for one place: 4096, two a second, so that nobody uses the server as a proxy for
    /// much else.</summary>
    public static readonly Limit RemoteBlobMebibytes = new("remoteBlobMebibytes", 4096, TimeSpan.FromMilliseconds(500));

    /// <summary>Blobs that one peer fetches here: 10,000, fifty a second.</summary>
    public static readonly Limit PeerBlobs = new("peerBlobs", 10_000, TimeSpan.FromMilliseconds(20));
}
