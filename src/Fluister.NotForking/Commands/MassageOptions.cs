using System.Globalization;

namespace Fluister.NotForking.Commands;

/// <summary>The command line of the old tool: `not-fork [options] [NAME]...`.</summary>
internal sealed class MassageOptions
{
    private readonly List<GetoptOption> _options;
    private NameOptions _next = new("");

    /// <summary>Begins with the defaults.</summary>
    public MassageOptions() => _options =
    [
        Flag(() => IsHelp = true, "h", "?", "help"),
        Text(value => Settings.Input = value, "i", "input"),
        Text(value => Settings.Output = value, "o", "output"),
        Text(value => Settings.Cache = value, "k", "cache"),
        Text(value => _next = _next with { Version = value }, "v", "version"),
        Text(value => _next = _next with { Commit = value }, "c", "commit"),
        Flag(() => Settings.HasNoUpdate = true, "n", "no-update"),
        Flag(() => Settings.HasNoUpdate = false, "update"),
        Flag(() => IsQuery = true, "q", "query"),
        new(["verbose"], GetoptKind.Number, value => Settings.Verbosity = long.Parse(value, CultureInfo.InvariantCulture)),
        Flag(() => Settings.Verbosity = 0, "quiet"),
        Flag(() => Settings.IsOffline = false, "online"),
        Flag(() => Settings.IsOffline = true, "offline"),
        Flag(() => Listing = Math.Max(Listing, 1), "list-versions"),
        Flag(() => Listing = 2, "metadata"),
        Text(value => Range = value, "version-range"),
        Text(value => CheckVersion = value, "check-version"),
        Flag(() => IsCheckPrerequisites = true, "check-prereq"),
        Flag(() => IsCheckRecommended = true, "check-recommend"),
        Flag(() => IsMyVersion = true, "V", "my-version"),
        Text(value => FindVersion = value, "find-version"),
        Text(value => UseVersion = value, "use-version"),
        Flag(() => IsCacheList = true, "list-cache"),
        Text(RemovedFromCache.Add, "remove-cache"),
        Text(Settings.Mirrors.Add, "local-mirror"),
        Flag(() => IsUpstreamLock = true, "build-upstream-lock"),
        Flag(() => Settings.IsLocked = true, "use-upstream-lock"),
        Text(value => JsonLock = value, "build-json-lock"),
        Text(value => _next = _next with { PreferTarball = value }, "prefer-tarball"),
        Text(value => _next = _next with { Distribution = value }, "distribution"),
        Text(value => _next = _next with { Hash = value, IsFolderHash = false }, "filehash"),
        Text(value => _next = _next with { Hash = value, IsFolderHash = true }, "dirhash"),
        Flag(() => Settings.IsJson = true, "json"),
        Text(value => Settings.Network = value, "network"),
        Flag(() => IgnoresLock = true, "no-lock"),
    ];

    /// <summary>What all commands share.</summary>
    public Settings Settings { get; } = new();

    /// <summary>The names, in order, with their options; empty: all recipes.</summary>
    public List<NameOptions> Names { get; } = [];

    /// <summary>`--help`.</summary>
    public bool IsHelp { get; private set; }

    /// <summary>`--query`.</summary>
    public bool IsQuery { get; private set; }

    /// <summary>1: `--list-versions`; 2: `--metadata`.</summary>
    public int Listing { get; private set; }

    /// <summary>`--version-range`: MIN:MAX.</summary>
    public string? Range { get; private set; }

    /// <summary>`--check-version`.</summary>
    public string? CheckVersion { get; private set; }

    /// <summary>`--check-prereq`.</summary>
    public bool IsCheckPrerequisites { get; private set; }

    /// <summary>`--check-recommend`.</summary>
    public bool IsCheckRecommended { get; private set; }

    /// <summary>`--my-version`.</summary>
    public bool IsMyVersion { get; private set; }

    /// <summary>`--find-version`: MIN or MIN:MAX.</summary>
    public string? FindVersion { get; private set; }

    /// <summary>`--use-version`: MIN or MIN:MAX.</summary>
    public string? UseVersion { get; private set; }

    /// <summary>`--list-cache`.</summary>
    public bool IsCacheList { get; private set; }

    /// <summary>`--remove-cache`: hashes or addresses.</summary>
    public List<string> RemovedFromCache { get; } = [];

    /// <summary>`--build-upstream-lock`.</summary>
    public bool IsUpstreamLock { get; private set; }

    /// <summary>`--build-json-lock`.</summary>
    public string? JsonLock { get; private set; }

    /// <summary>`--no-lock`: not-fork.lock is not looked at.</summary>
    public bool IgnoresLock { get; private set; }

    /// <summary>Whether `-v` or another option of a name stands after the last name, where it does nothing.</summary>
    public bool HasOptionsAfterLastName { get; private set; }

    /// <summary>Reads a configuration file's options and then those of the command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="home">The home folder, which may have a configuration file.</param>
    /// <exception cref="NotForkException">They are wrong (usage).</exception>
    public void Read(IReadOnlyList<string> arguments, string? home)
    {
        var (file, count) = OptionsFile.Find(arguments, home);
        if (file is not null)
        {
            Read(OptionsFile.Read(file), new Place(file), [.. _options, Text(_ => { }, "test-version")]);
        }

        Read(arguments.Skip(count), null, _options);
        HasOptionsAfterLastName = Names.Count > 0 && _next != new NameOptions("");
    }

    /// <summary>What holds for a recipe that was not named.</summary>
    public NameOptions Unnamed(string name) => _next with { Name = name };

    private void Read(IEnumerable<string> arguments, Place? place, List<GetoptOption> options)
    {
        var getopt = new Getopt(options, Add);
        getopt.Read(arguments);
        if (getopt.Errors.Count > 0)
        {
            throw new NotForkException(ExitCode.Usage, $"{string.Join(" ", getopt.Errors)} `not-fork --help` lists the options.", place);
        }
    }

    private void Add(string name)
    {
        if (_next is { Version: not null, Commit: not null })
        {
            throw new NotForkException(ExitCode.Usage, $"\"{name}\" has both a version and a commit; give one of them.");
        }

        Names.Add(_next with { Name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name });
        _next = new NameOptions("");
    }

    private static GetoptOption Flag(Action set, params string[] names) => new(names, GetoptKind.Flag, _ => set());

    private static GetoptOption Text(Action<string> set, params string[] names) => new(names, GetoptKind.Text, set);
}
