using System.Globalization;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>`vcs = git`.</summary>
internal sealed class GitUpstream : Upstream
{
    private readonly Block _block;
    private readonly int _dialect;
    private readonly UpstreamOptions _options;
    private readonly string _url;
    private readonly string? _branch;
    private readonly VersionNames _names;
    private readonly string? _signers;
    private CacheEntry? _entry;
    private GitRepository? _repository;
    private GitBlobs? _blobs;
    private Dictionary<string, (string Id, string Commit)>? _tags;
    private Dictionary<string, DateTimeOffset>? _times;
    private bool _hasRead;
    private IReadOnlyList<string> _moved = [];

    /// <summary>Takes the keys; nothing is fetched yet.</summary>
    public GitUpstream(Block block, int dialect, UpstreamOptions options)
    {
        (_block, _dialect, _options) = (block, dialect, options);
        _url = NotAnOption(Required(block, "repos", "repository"));
        _branch = block.Keys.TryGetValue("branch", out var branch) ? NotAnOption(branch) : null;
        _names = new VersionNames(block);
        _signers = dialect > 0 && block.Keys.TryGetValue("signers", out var signers)
            ? Path.Combine(Path.GetDirectoryName(block.Place.File) ?? "", signers) : null;
    }

    /// <inheritdoc/>
    public override string Kind => "git";

    /// <inheritdoc/>
    public override string CacheIndex => _branch is null ? _url : $"{_url} {_branch}";

    /// <summary>The clone, made or brought up to date where that is due.</summary>
    internal GitRepository Repository => _repository ??= Open();

    private Dictionary<string, (string Id, string Commit)> Tags => _tags ??= ReadTags();

    /// <inheritdoc/>
    public override IReadOnlyList<string> Versions() => _names.Commits.Count > 0
        ? [.. _names.Commits.Keys] : [.. Tags.Keys.Select(_names.Version).OfType<string>()];

    /// <inheritdoc/>
    public override Revision? Find(string version)
    {
        if (_names.Commits.Count > 0)
        {
            return _names.Commits.TryGetValue(version, out var named)
                ? new Revision(version, named, Time(_names.Times.GetValueOrDefault(version)), _url) { Id = named } : null;
        }

        var tag = _names.Tag(version);
        if (!Tags.TryGetValue(tag, out var target))
        {
            return null;
        }

        if (_moved.Contains(tag, StringComparer.Ordinal))
        {
            var sentence = $"The tag \"{tag}\" of {_url} has moved since it was fetched; `--remove-cache={_url}` takes the new one.";
            if (_dialect > 0)
            {
                throw new NotForkException(ExitCode.Verification, sentence, _block.Place);
            }

            _options.Warn(sentence);
        }

        return TimeOf(target.Commit) is { } time
            ? new Revision(version, target.Commit, time, _url) { Tag = tag, Id = target.Id }
            : throw new NotForkException(ExitCode.Fetch, $"The tag \"{tag}\" of {_url} does not name a commit.", _block.Place);
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

        if (_dialect == 0 && _names.Commits.Count == 0 && !found.HasParent)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"Commit \"{commit}\" has no commit before it, which the old language cannot name; write `dialect = 1`.",
                _block.Place);
        }

        var tag = Tags.Where(tag => tag.Value.Commit == found.Commit && _names.Version(tag.Key) is not null)
            .Select(tag => tag.Key).Order(StringComparer.Ordinal).FirstOrDefault();
        return new Revision(tag is null ? null : _names.Version(tag), found.Commit, found.Time, _url) { Id = found.Commit };
    }

    /// <inheritdoc/>
    public override (string Id, string Time) Describe(Revision revision) => (
        revision.Id ?? "", _names.Commits.Count > 0 ? _names.Times.GetValueOrDefault(revision.Version ?? "", "")
            : revision.Time?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "");

    /// <inheritdoc/>
    public override Revision Verified(Revision revision) => _signers is null || revision.Signature is not null ? revision : revision with
    {
        Signature = new SignatureCheck(Repository, _signers, _block.At("signers")).Check(
            revision.Tag, NotAnOption(revision.Id ?? revision.Commit!)),
    };

    /// <summary>What the branch (or the upstream's own choice of one) had when it was cloned.</summary>
    internal Revision Head() => Read("HEAD") is { } head
        ? new Revision(null, head.Commit, head.Time, _url) { Id = head.Commit }
        : throw new NotForkException(ExitCode.Fetch, $"{_url} has no commits.", _block.Place);

    /// <summary>The branch that `--query` shows: only where no tag was looked up.</summary>
    internal string? ShownBranch(Revision revision) => _names.Commits.Count == 0 && revision.Tag is not null ? null
        : Repository.In("branch", "--show-current").Text().Trim() is { Length: > 0 } branch ? branch : null;

    /// <inheritdoc/>
    public override SourceTree CheckOut(Revision revision) => new GitCheckout(Repository).Of(Whole(revision.Commit!));

    /// <inheritdoc/>
    public override SourceTree Keep(Revision revision, string folder) =>
        (_blobs ??= new GitBlobs(Repository, folder)).Read(Whole(revision.Commit!)) ?? base.Keep(revision, folder);

    /// <summary>The id of a commit that a tag names as it is, of one that a `version-X` names after a look.</summary>
    private string Whole(string commit) => _names.Commits.Count == 0 ? commit : Read(NotAnOption(commit))?.Commit ??
        throw new NotForkException(ExitCode.Fetch, $"{_url} has no commit \"{commit}\".", _block.Place);

    /// <inheritdoc/>
    public override void Dispose() => _entry?.Dispose();

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The time of a commit; one that cannot be read, or is of no year, is 1970's beginning, as git shows it.</summary>
    private static DateTimeOffset Committed(string seconds) =>
        long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time) &&
        time >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(time) : DateTimeOffset.UnixEpoch;

    private string NotAnOption(string value) => value.StartsWith('-') || value.Length == 0
        ? throw new NotForkException(ExitCode.Configuration, $"\"{value}\" is not a name for git.", _block.Place) : value;

    private GitRepository Open()
    {
        _entry ??= CacheEntry.Take(_options.Cache, CacheIndex, _options.Warn);
        var repository = new GitRepository(_entry, _options);
        if (!repository.IsCloned)
        {
            if (_options.IsOffline)
            {
                throw new NotForkException(ExitCode.Fetch, $"{_url} would have to be cloned, which --offline forbids.", _block.Place);
            }

            _options.Report($"Cloning {_url}.");
            repository.MakeClone(_url, _branch);
            return repository;
        }

        var origin = repository.In("config", "--get", "remote.origin.url").Text().TrimEnd('\n');
        if (origin != _url)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The cache's \"{repository.Clone}\" is a clone of {origin}, not of {_url}; delete it.", _block.Place);
        }

        if (_options is { IsUpdating: true, IsOffline: false })
        {
            _options.Report($"Fetching {_url}.");
            _moved = repository.Fetch();
        }

        return repository;
    }

    /// <summary>Tags: the id of what each names, and the id of the commit behind it.</summary>
    private Dictionary<string, (string Id, string Commit)> ReadTags()
    {
        const string Before = "refs/tags/";
        const string Peeled = "^{}";
        var tags = new Dictionary<string, (string Id, string Commit)>(StringComparer.Ordinal);
        var list = Repository.In("show-ref", "--tags", "--dereference").Result();
        foreach (var line in System.Text.Encoding.UTF8.GetString(list.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ');
            var (id, name) = (line[..space], line[(space + 1 + Before.Length)..]);
            if (name.EndsWith(Peeled, StringComparison.Ordinal))
            {
                name = name[..^Peeled.Length];
                tags[name] = (tags[name].Id, id);
            }
            else
            {
                tags[name] = (id, id);
            }
        }

        return tags;
    }

    /// <summary>When a commit of a tag was made. From the second one on all are asked for at once.</summary>
    private DateTimeOffset? TimeOf(string commit)
    {
        if (_times is null && _hasRead)
        {
            var ids = string.Concat(Tags.Values.Select(tag => tag.Commit).Distinct(StringComparer.Ordinal).Select(id => id + "\n"));
            var batch = Repository.In("cat-file", "--batch-check=%(objectname) %(objecttype)").Reading(ids).Text();
            var commits = batch.Split('\n').Where(line => line.EndsWith(" commit", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[0] + "\n");
            _times = Repository.In("log", "--no-walk=unsorted", "--no-show-signature", "--format=%H %ct", "--stdin")
                .Reading(string.Concat(commits)).Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .DistinctBy(words => words[0], StringComparer.Ordinal).ToDictionary(
                    words => words[0],
                    words => Committed(words[1]),
                    StringComparer.Ordinal);
        }

        _hasRead = true;
        return _times is null ? Read(commit)?.Time : _times.TryGetValue(commit, out var time) ? time : null;
    }

    /// <summary>What a name of a commit means.</summary>
    private (string Commit, DateTimeOffset Time, bool HasParent)? Read(string name)
    {
        var (code, output, _) = Repository.In(
            "log", "--no-walk", "--no-show-signature", "--format=%H %ct %P", "--end-of-options", $"{name}^{{commit}}", "--").Result();
        var words = code == 0 ? System.Text.Encoding.ASCII.GetString(output).Split('\n')[0].Split(' ') : [];
        return words.Length < 2 ? null : (
            words[0], Committed(words[1]),
            words.Length > 2 && words[2].Length > 0);
    }
}
