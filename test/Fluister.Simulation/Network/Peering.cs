namespace Fluister.Simulation.Network;

/// <summary>Makes peers of servers by their operators' commands, before they are started.</summary>
internal static class Peering
{
    /// <summary>Each becomes each other's peer, and a member of the network of the first.</summary>
    public static async Task JoinAsync(IReadOnlyList<ServerNode> servers, string folder)
    {
        if (servers.Count < 2)
        {
            return;
        }

        var files = new List<string>();
        foreach (var server in servers)
        {
            var file = Path.Combine(folder, $"{server.Name}.descriptor");
            await File.WriteAllTextAsync(
                file, await Programs.RunServerAsync("descriptor", "--data", server.Data).ConfigureAwait(false)).ConfigureAwait(false);
            files.Add(file);
        }

        foreach (var (server, at) in servers.Select((server, at) => (server, at)))
        {
            foreach (var file in files.Where((_, other) => other != at))
            {
                await Programs.RunServerAsync("peer", "add", file, "--data", server.Data).ConfigureAwait(false);
            }
        }
    }
}
