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

        var root = Path.Combine(folder, "network.root");
        await Programs.RunServerAsync("network", "create", root).ConfigureAwait(false);
        foreach (var server in servers)
        {
            var request = Path.Combine(folder, $"{server.Name}.request");
            await KeepAsync(request, "network", "request", "--data", server.Data).ConfigureAwait(false);
            var member = Path.Combine(folder, $"{server.Name}.member");
            await KeepAsync(member, "network", "sign", "--root", root, request).ConfigureAwait(false);
            await Programs.RunServerAsync("network", "join", member, "--data", server.Data).ConfigureAwait(false);
        }

        var files = new List<string>();
        foreach (var server in servers)
        {
            var file = Path.Combine(folder, $"{server.Name}.descriptor");
            await KeepAsync(file, "descriptor", "--data", server.Data).ConfigureAwait(false);
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

    private static async Task KeepAsync(string file, params string[] arguments) =>
        await File.WriteAllTextAsync(file, await Programs.RunServerAsync(arguments).ConfigureAwait(false)).ConfigureAwait(false);
}
