using System.Globalization;

namespace Fluister.Benchmarks.Server;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    /// <summary>What --help says.</summary>
    public const string Help = """
        The home server side by side with the floor of its own stack, ejabberd and Prosody, in one run: short rounds that take turns.

          server [--only NAMES] [--modes MODES] [--pairs 50] [--seconds 2] [--rounds 5] [--peers required] [--json]

          --only NAMES    comma-separated, of: ours-sealed, ours-identified, floor-disk, floor-memory, ejabberd-memory,
                          ejabberd-archive, prosody-files, prosody-archive; a first part names all that begin with it
          --modes MODES   comma-separated, of: closedN (N messages under way for each pair), openN (N messages a second offered
                          in all), offline (a thousand messages for each reader who is away, then their fetching), group (a message
                          to 100 members; the rate is that of copies), idle (memory of 2,000 idle connections to ours).
                          Without it: closed4,closed16,open200,open1000,open5000,offline,group
          --peers required   fails where a peer is not installed; otherwise it is left out
          --pairs N       one who sends and one who reads and acknowledges, each
          --seconds N     of each round; the first round of each mode is not counted
          --rounds N      whose medians are told; ratios are medians of each round's own ratio to the floor (floor-disk)
          --json          all figures as JSON instead of tables in Markdown

        Examples:
          server --only ours-sealed,floor-disk --modes closed16 --rounds 7        one ratio
          server --only ours --modes open1000 --seconds 5                          latencies
          server --only ours-sealed,ejabberd,prosody --modes offline,group        the peers, which need apt-get install ejabberd
                                                                                  erlang-p1-pgsql prosody lua-dbi-sqlite3 postgresql
          server --modes idle                                                     memory
        """;

    /// <summary>The command that measures two servers of each kind.</summary>
    public const string Federation = "federation";

    /// <summary>Beside what the others are told, where servers federate: our sealed messages within one server.</summary>
    public const string Local = "ours-local";

    /// <summary>Our sealed messages while a third server floods an account of the reader's; only where it is asked for by name.</summary>
    public const string Flooded = "ours-flooded";

    /// <summary>What --help says of it.</summary>
    public const string FederationHelp = """
        Two home servers side by side with two of ejabberd and two of Prosody, which reach each other over TLS on loopback addresses, in
        one run: short rounds that take turns. Who sends is at the one, who reads and acknowledges at the other.

          federation [--only NAMES] [--modes MODES] [--pairs 50] [--seconds 2] [--rounds 5] [--peers required] [--json]

          --only NAMES    comma-separated, of: ours-sealed, ours-identified, ours-local, ejabberd, ejabberd-local, prosody,
                          prosody-local; "local" is two servers of which one carries all, for what the way between adds. Only by
                          its whole name: ours-flooded, in open modes: a peer sends as many requests as it may, all to one account
          --modes MODES   closedN, openN, as of `server`. Without it: closed4,closed16,open200,open1000
                          The others as of `server`; ratios are to ours-local

        Ours are on the disk of both servers before the one and the other answers; the peers' are nowhere.
        """;

    /// <summary>Whether servers federate.</summary>
    public bool IsFederated { get; init; }

    /// <summary>To what ratios are told.</summary>
    public string Floor => IsFederated ? Local : "floor-disk";

    /// <summary>Names of what is measured, or their first parts; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>How messages are offered.</summary>
    public IReadOnlyList<string> Modes { get; init; } = ["closed4", "closed16", "open200", "open1000", "open5000", "offline", "group"];

    /// <summary>Pairs.</summary>
    public int Pairs { get; init; } = 50;

    /// <summary>Of a round.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Rounds that count.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>A peer that is not installed is a failure.</summary>
    public bool NeedsPeers { get; init; }

    /// <summary>JSON instead of tables.</summary>
    public bool IsJson { get; init; }

    /// <summary>Reads the command's name and its arguments.</summary>
    /// <exception cref="ArgumentException">One is not known, or its value is missing.</exception>
    public static BenchOptions Read(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        if (arguments[0] == Federation)
        {
            options = options with { IsFederated = true, Modes = ["closed4", "closed16", "open200", "open1000"] };
        }

        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] == "--json")
            {
                options = options with { IsJson = true };
                continue;
            }

            var name = arguments[i];
            var value = ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{name} needs a value.");
            options = name switch
            {
                "--only" => options with { Only = value.Split(',') },
                "--modes" => options with { Modes = value.Split(',') },
                "--pairs" => options with { Pairs = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Time = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--peers" => options with
                {
                    NeedsPeers = value == "required" ? true : throw new ArgumentException("--peers is \"required\", or is not given."),
                },
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"There is no option {name}."),
            };
        }

        return options;
    }

    /// <summary>Whether something is to be measured.</summary>
    public bool Wants(string name) =>
        Only.Count == 0 || Only.Any(wanted => name == wanted || name.StartsWith(wanted + "-", StringComparison.Ordinal));
}
