using System.Text.Json;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Commands;

/// <summary>`--list-versions`, `--metadata`, `--version-range`, `--query`, `--build-upstream-lock`, `--build-json-lock`.</summary>
internal sealed class ListCommand(MassageOptions options, TextWriter output)
{
    /// <summary>Shows or writes what was asked for, of all names.</summary>
    /// <returns>The exit code.</returns>
    public int Run(IEnumerable<NameOptions> names)
    {
        var (first, last) = Range();
        var locks = new List<string>();
        foreach (var name in names)
        {
            var request = options.Settings.Request(name.Name, name.Version, name.Commit);
            request = request with { IsLocked = request.IsLocked && !options.IsUpstreamLock && options.JsonLock is null };
            var (recipe, selection) = MassagedTree.Open(request);
            using (selection)
            {
                if (options.IsQuery)
                {
                    Show(name, selection.Peek(name.Version, name.Commit));
                }

                if (options.IsUpstreamLock)
                {
                    UpstreamLock.Write(recipe, selection);
                }

                if (options.JsonLock is not null)
                {
                    var hash = name.Hash is null ? null : new HashSpecification(name.Hash, name.IsFolderHash);
                    locks.Add(new JsonLock(name.Name, name.PreferTarball, name.Distribution, hash).Entries(selection));
                }

                List(name, selection, first, last);
            }
        }

        if (options.JsonLock is not null)
        {
            File.WriteAllText(options.JsonLock, JsonLock.File(locks));
        }

        return (int)ExitCode.Done;
    }

    private (string? First, string? Last) Range()
    {
        var parts = options.Range?.Split(':') ?? ["", ""];
        return parts switch
        {
            [var one] => (one, one),
            [var first, var last] => (first.Length > 0 ? first : null, last.Length > 0 ? last : null),
            _ => throw new NotForkException(ExitCode.Usage, $"\"{options.Range}\" is no range of versions: MIN:MAX, MIN: or :MAX."),
        };
    }

    private void List(NameOptions name, Selection selection, string? first, string? last)
    {
        if (options.Range is null && options.Listing == 0)
        {
            return;
        }

        foreach (var version in VersionFilter.Between(selection.Versions, first, last))
        {
            if (options.Range is not null || options.Listing == 1)
            {
                output.WriteLine(
                    options.Settings.IsJson ? JsonSerializer.Serialize(new { name = name.Name, version }, Json.Options) : version);
                continue;
            }

            var found = selection.Find(version);
            var (vcs, revision) = (found.Block.Keys["vcs"].ToLowerInvariant(), found.Revision);
            output.WriteLine(options.Settings.IsJson
                ? JsonSerializer.Serialize(
                    new { name = name.Name, version, vcs, url = revision.Url, commit = revision.Id, time = revision.Time }, Json.Options)
                : $"{name.Name} {version} {vcs} {revision.Url} " +
                    $"{found.Upstream.Describe(revision).Id} {found.Upstream.Describe(revision).Time}");
        }
    }

    private void Show(NameOptions name, Selected selected)
    {
        var (vcs, revision) = (selected.Block.Keys["vcs"].ToLowerInvariant(), selected.Revision);
        if (options.Settings.IsJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new { name = name.Name, revision.Version, vcs, revision.Url, revision.Commit, revision.Time },
                Json.Options));
            return;
        }

        output.Write(Query.Text(name.Name, selected));
    }
}
