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
        await Programs.RunServerAsync(Programs.Server, "network", "create", root).ConfigureAwait(false);
        foreach (var server in servers)
        {
            var request = Path.Combine(folder, $"{server.Name}.request");
            await KeepAsync(request, server.RunAsync("network", "request")).ConfigureAwait(false);
            var member = Path.Combine(folder, $"{server.Name}.member");
            await KeepAsync(member, Programs.RunServerAsync(Programs.Server, "network", "sign", "--root", root, request))
                .ConfigureAwait(false);
            await server.RunAsync("network", "join", member).ConfigureAwait(false);
        }

        var files = new List<string>();
        foreach (var server in servers)
        {
            var file = Path.Combine(folder, $"{server.Name}.descriptor");
            await KeepAsync(file, server.RunAsync("descriptor")).ConfigureAwait(false);
            files.Add(file);
        }

        foreach (var (server, at) in servers.Select((server, at) => (server, at)))
        {
            foreach (var file in files.Where((_, other) => other != at))
            {
                await server.RunAsync("peer", "add", file).ConfigureAwait(false);
            }
        }
    }

    private static async Task KeepAsync(string file, Task<string> printed) =>
#pragma warning disable VSTHRD003 // It was begun by the caller, in the argument.
        await File.WriteAllTextAsync(file, await printed.ConfigureAwait(false)).ConfigureAwait(false);
#pragma warning restore VSTHRD003
}
