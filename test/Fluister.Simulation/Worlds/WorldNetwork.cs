using Fluister.Wire;

namespace Fluister.Simulation.Worlds;

/// <summary>What is between the servers: latency, loss, cuts of one way or both, and requests that arrive twice.</summary>
internal sealed class WorldNetwork(WorldClock clock)
{
    private readonly Dictionary<ServerTag, WorldServer> _servers = [];
    private readonly Dictionary<(string From, string To), LinkState> _links = [];

    /// <summary>Time, by which latency goes.</summary>
    public WorldClock Clock => clock;

    /// <summary>How long somebody waits who is not told that nothing arrives.</summary>
    public static TimeSpan Silence => TimeSpan.FromSeconds(60);

    /// <summary>Every way.</summary>
    public IEnumerable<LinkState> Links => _links.Values;

    /// <summary>Every server's network root.</summary>
    public IEnumerable<byte[]> Roots => _servers.Values.Select(server => server.Identity.Root.Public.Serialized.ToArray());

    /// <summary>Adds a server, with ways to and from all others.</summary>
    public void Add(WorldServer server)
    {
        foreach (var other in _servers.Values)
        {
            _links[(server.Name, other.Name)] = new LinkState();
            _links[(other.Name, server.Name)] = new LinkState();
        }

        _servers.Add(server.Identity.Tag, server);
    }

    /// <summary>The way from one to another.</summary>
    public LinkState Link(WorldServer from, WorldServer to) => _links[(from.Name, to.Name)];

    /// <summary>The server with a tag.</summary>
    public WorldServer Find(ServerTag tag) => _servers[tag];

    /// <summary>Both ways between two are as they should be, and so is all else.</summary>
    public void Heal()
    {
        foreach (var link in _links.Values)
        {
            (link.IsCut, link.Loss, link.Twice) = (false, 0, 0);
        }
    }
}
