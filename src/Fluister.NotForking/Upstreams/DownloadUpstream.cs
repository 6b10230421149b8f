using System.Globalization;
using System.Security.Cryptography;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams.Archives;

namespace Fluister.NotForking.Upstreams;

/// <summary>`vcs = download`: an archive for each version.</summary>
internal sealed class DownloadUpstream : Upstream
{
    /// <summary>All downloads share one entry of the cache.</summary>
    private const string Entry = "not-fork-downloads";

    private const string Source = "source-";
    private const string FileScheme = "file:/";

    private readonly Block _block;
    private readonly int _dialect;
    private readonly UpstreamOptions _options;
    private readonly Dictionary<string, string> _urls;
    private readonly int _prefix;
    private CacheEntry? _entry;

    /// <summary>Takes the keys; nothing is downloaded yet.</summary>
    public DownloadUpstream(Block block, int dialect, UpstreamOptions options)
    {
        (_block, _dialect, _options) = (block, dialect, options);
        _urls = block.Keys.Where(pair => pair.Key.StartsWith(Source, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[Source.Length..], pair => pair.Value, StringComparer.Ordinal);
        if (_urls.Count == 0)
        {
            throw new NotForkException(ExitCode.Configuration, "There is no \"source-VERSION = URL\".", block.Place);
        }

        var prefix = block.Keys.GetValueOrDefault("prefix", "0");
        if (!int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out _prefix))
        {
            throw new NotForkException(ExitCode.Configuration, $"\"prefix\" is a number of folders, not \"{prefix}\".", block.At("prefix"));
        }
    }

    /// <inheritdoc/>
    public override string Kind => "download";

    /// <inheritdoc/>
    public override string CacheIndex => Entry;

    private string Folder
    {
        get
        {
            _entry ??= CacheEntry.Take(_options.Cache, Entry, _options.Warn);
            return Directory.CreateDirectory(_entry.At("download")).FullName;
        }
    }

    /// <summary>The digests that are stated of a version.</summary>
    public IReadOnlyList<Digest> Digests(string version) => Digest.Of(_block, version);

    /// <summary>The URL of a version.</summary>
    public string Url(string version) => _urls[version];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Versions() => [.. _urls.Keys];

    /// <inheritdoc/>
    public override Revision? Find(string version) =>
        _urls.TryGetValue(version, out var url) ? new Revision(version, null, null, url) : null;

    /// <inheritdoc/>
    public override Revision? FindCommit(string commit) => null;

    /// <inheritdoc/>
    public override (string Id, string Time) Describe(Revision revision) => ("-", "-");

    /// <inheritdoc/>
    public override SourceTree CheckOut(Revision revision)
    {
        using var archive = Open(revision.Version!);
        return new UnpackedArchive(Folder, CacheEntry.Hash(revision.Url)).Of(archive, Sha256(archive), revision.Url, _dialect, _prefix);
    }

    /// <summary>An archive of this computer, unpacked in the cache: what a local mirror has.</summary>
    public static SourceTree Unpack(string path, int dialect, UpstreamOptions options)
    {
        using var entry = CacheEntry.Take(options.Cache, Entry, options.Warn);
        using var archive = File.OpenRead(path);
        return new UnpackedArchive(Directory.CreateDirectory(entry.At("download")).FullName, CacheEntry.Hash(path))
            .Of(archive, Sha256(archive), path, dialect, prefix: 1);
    }

    /// <summary>Refuses an archive that is not what the digests of a version say.</summary>
    /// <exception cref="NotForkException">It is something else.</exception>
    public void Check(string path, string version) => Checked(File.OpenRead(path), version, path).Dispose();

    /// <summary>The archive of a version, as it should be.</summary>
    /// <exception cref="NotForkException">It cannot be had, or is something else.</exception>
    public FileStream Open(string version)
    {
        var url = _urls[version];
        var place = _block.At(Source + version);
        if (url.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            var path = "/" + url[FileScheme.Length..].TrimStart('/');
            return File.Exists(path) ? Checked(File.OpenRead(path), version, path)
                : throw new NotForkException(ExitCode.Fetch, $"There is no file \"{path}\".", place);
        }

        var cached = Path.Combine(Folder, CacheEntry.Hash(url) + ".src");
        if (File.Exists(cached))
        {
            var archive = File.OpenRead(cached);
            if (_options.IsOffline || Digests(version).All(digest => digest.Fits(archive)))
            {
                return Checked(archive, version, url);
            }

            // A download that was cut off, or damaged since: it is had anew, and refused if it is no better.
            archive.Dispose();
        }

        return Mirrored(url, version, cached) ?? Downloaded(url, version, cached, place);
    }

    /// <inheritdoc/>
    public override void Dispose() => _entry?.Dispose();

    private static string Sha256(FileStream archive)
    {
        archive.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(archive));
    }

    /// <summary>A mirror's file; the cache gets a link to it, so that it is found without the mirror as well.</summary>
    private FileStream? Mirrored(string url, string version, string cached)
    {
        var name = url.TrimEnd('/').Split('/')[^1];
        foreach (var path in _options.Mirrors.Select(mirror => Path.GetFullPath(Path.Combine(mirror, name))).Where(File.Exists))
        {
            var archive = File.OpenRead(path);
            if (Digests(version).All(digest => digest.Fits(archive)))
            {
                CacheEntry.Delete(cached);
                File.CreateSymbolicLink(cached, path);
                return archive;
            }

            archive.Dispose();
            _options.Warn($"\"{path}\" is passed over: its hash is not that of version {version}.");
        }

        return null;
    }

    private FileStream Downloaded(string url, string version, string cached, Place place)
    {
        if (_options.IsOffline)
        {
            throw new NotForkException(ExitCode.Fetch, $"{url} would have to be downloaded, which --offline forbids.", place);
        }

        CacheEntry.Sweep(Folder);
        var temporary = $"{cached}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp";
        try
        {
            _options.Report($"Downloading {url}.");
            Downloader.Download(url, temporary, _options);
            Checked(File.OpenRead(temporary), version, url).Dispose();
            CacheEntry.Delete(cached);
            File.Move(temporary, cached);
            return File.OpenRead(cached);
        }
        finally
        {
            CacheEntry.Delete(temporary);
        }
    }

    private FileStream Checked(FileStream archive, string version, string shown)
    {
        try
        {
            foreach (var digest in Digests(version))
            {
                digest.Check(archive, shown);
            }

            return archive;
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
