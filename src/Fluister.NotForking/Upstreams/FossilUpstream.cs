using System.Globalization;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>`vcs = fossil`.</summary>
internal sealed class FossilUpstream : Upstream
{
    private readonly Block _block;
    private readonly int _dialect;
    private readonly UpstreamOptions _options;
    private readonly string _url;
    private readonly VersionNames _names;
    private CacheEntry? _entry;
    private FossilRepository? _repository;
    private IReadOnlyList<string>? _versions;

    /// <summary>Takes the keys; nothing is fetched yet.</summary>
    public FossilUpstream(Block block, int dialect, UpstreamOptions options)
    {
        (_block, _dialect, _options) = (block, dialect, options);
        _url = NotAnOption(Required(block, "repos", "repository"));
        _names = new VersionNames(block);
    }

    /// <inheritdoc/>
    public override string Kind => "fossil";

    /// <inheritdoc/>
    public override string CacheIndex => _url;

    /// <summary>The clone, made or brought up to date where that is due.</summary>
    internal FossilRepository Repository => _repository ??= Open();

    /// <inheritdoc/>
    public override IReadOnlyList<string> Versions() => _names.Commits.Count > 0
        ? [.. _names.Commits.Keys]
        : _versions ??= [.. Repository.In("tag", "list").Text().Split('\n').Select(tag => _names.Version(tag.TrimEnd())).OfType<string>()];

    /// <inheritdoc/>
    public override Revision? Find(string version)
    {
        if (_names.Commits.Count > 0)
        {
            return _names.Commits.TryGetValue(version, out var named)
                ? new Revision(version, named, Time(_names.Times.GetValueOrDefault(version)), _url) { Id = named } : null;
        }

        return Versions().Contains(version, StringComparer.Ordinal)
            ? Read("tag:" + _names.Tag(version)) is { } found
                ? found with { Version = version, Tag = _names.Tag(version) }
                : throw new NotForkException(
                    ExitCode.Fetch, $"The tag \"{_names.Tag(version)}\" of {_url} names no check-in.", _block.Place)
            : null;
    }

    /// <inheritdoc/>
    public override Revision? FindCommit(string commit)
    {
        if (_names.Commits.Count > 0 && !_names.Commits.Values.Contains(commit, StringComparer.Ordinal))
        {
            return null;
        }

        if (Read(NotAnOption(commit)) is not { } found)
        {
            return null;
        }

        return _dialect > 0 ? found : throw new NotForkException(
            ExitCode.Fetch,
            $"The old language cannot check out \"{commit}\" of a fossil repository; write `dialect = 1`, or name a version.",
            _block.Place);
    }

    /// <inheritdoc/>
    public override (string Id, string Time) Describe(Revision revision) => (
        revision.Id ?? "", _names.Times.GetValueOrDefault(revision.Version ?? "") ??
            (revision.Time ?? Read(revision.Commit!)?.Time)?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "");

    /// <inheritdoc/>
    public override SourceTree CheckOut(Revision revision) => Repository.CheckOut(
        Read(NotAnOption(revision.Commit!))?.Commit ??
        throw new NotForkException(ExitCode.Fetch, $"{_url} has no check-in \"{revision.Commit}\".", _block.Place));

    /// <summary>Fossil's manifests lie beside what `subtree` names, as the old tool has it.</summary>
    public override SourceTree Below(SourceTree tree, string subtree)
    {
        var below = base.Below(tree, subtree).Entries;
        return below.Count == 0 ? new SourceTree([]) : new SourceTree(tree.Entries
            .Where(entry => FossilRepository.Manifests.Contains(entry.Path, StringComparer.Ordinal))
            .UnionBy(below, entry => entry.Path, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public override void Dispose() => _entry?.Dispose();

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private string NotAnOption(string value) => value.StartsWith('-') || value.Length == 0
        ? throw new NotForkException(ExitCode.Configuration, $"\"{value}\" is not a name for fossil.", _block.Place) : value;

    /// <summary>What a name means to fossil: a check-in's id and time.</summary>
    private Revision? Read(string name)
    {
        string? artifact = null;
        DateTimeOffset? time = null;
        var (_, output, _) = Repository.In("whatis", name).Result();
        foreach (var line in System.Text.Encoding.UTF8.GetString(output).Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["artifact:", var id, ..])
            {
                artifact = id;
            }
            else if (words is ["type:", "Check-in", .., var day, var clock])
            {
                time = Time($"{day} {clock}");
            }
        }

        return artifact is not null && time is not null ? new Revision(null, artifact, time, _url) { Id = artifact } : null;
    }

    private FossilRepository Open()
    {
        _entry ??= CacheEntry.Take(_options.Cache, CacheIndex, _options.Warn);
        var repository = new FossilRepository(_entry, _options);
        if (!File.Exists(repository.Database))
        {
            if (_options.IsOffline)
            {
                throw new NotForkException(ExitCode.Fetch, $"{_url} would have to be cloned, which --offline forbids.", _block.Place);
            }

            _options.Report($"Cloning {_url}.");
            repository.MakeClone(_url);
            return repository;
        }

        var origin = repository.In("remote-url").Text().Trim();
        if (origin != _url && origin != "file://" + _url)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The cache's \"{repository.Database}\" is a clone of {origin}, not of {_url}; delete it.", _block.Place);
        }

        if (_options is { IsUpdating: true, IsOffline: false })
        {
            _options.Report($"Pulling {_url}.");
            repository.In("pull").Output();
        }

        return repository;
    }
}
