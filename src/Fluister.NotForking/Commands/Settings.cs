using Fluister.NotForking.Modifications;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Commands;

/// <summary>What the options say that all commands share.</summary>
internal sealed class Settings
{
    /// <summary>The folder of recipes.</summary>
    public string Input { get; set; } = "not-fork.d";

    /// <summary>The folder that gets the trees.</summary>
    public string Output { get; set; } = "sources";

    /// <summary>The folder of the cache; null: the one in the home folder.</summary>
    public string? Cache { get; set; }

    /// <summary>Whether upstreams in the cache stay as they are.</summary>
    public bool HasNoUpdate { get; set; }

    /// <summary>Whether the network is forbidden.</summary>
    public bool IsOffline { get; set; }

    /// <summary>Whether upstream.lock is read instead of upstream.conf.</summary>
    public bool IsLocked { get; set; }

    /// <summary>Folders with sources that are taken in place of downloads.</summary>
    public List<string> Mirrors { get; } = [];

    /// <summary>0: errors only; 1: results; 2: what is being done; 3: every file.</summary>
    public long Verbosity { get; set; } = 1;

    /// <summary>Whether results and errors are JSON.</summary>
    public bool IsJson { get; set; }

    /// <summary>The network descriptor, whose values dialect 1 puts in.</summary>
    public string? Network { get; set; }

    /// <summary>The folder of the cache.</summary>
    /// <exception cref="NotForkException">There is no home folder.</exception>
    public string CacheFolder => Path.GetFullPath(Cache ?? (Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? Path.Combine(home, ".cache", "LumoSQL", "not-fork")
        : throw new NotForkException(ExitCode.Usage, "There is no $HOME for the cache; `--cache DIR` names a folder.")));

    /// <summary>How upstreams are reached.</summary>
    public UpstreamOptions Upstreams => new(CacheFolder, IsOffline, !HasNoUpdate && !IsOffline, [.. Mirrors.Select(Path.GetFullPath)])
    {
        Report = sentence =>
        {
            if (Verbosity > 1)
            {
                Console.Error.WriteLine(sentence);
            }
        },
        Warn = sentence =>
        {
            if (Verbosity > 0)
            {
                Console.Error.WriteLine($"not-fork: {sentence}");
            }
        },
    };

    /// <summary>Which tree is wanted.</summary>
    public TreeRequest Request(string name, string? version = null, string? commit = null) =>
        new(Input, name, Upstreams)
        {
            Version = version,
            Commit = commit,
            IsLocked = IsLocked,
            Parameters = Network is null ? Parameters.None : Parameters.Read(Network),
        };
}
