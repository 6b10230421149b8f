using System.Text.Json.Nodes;
using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Federation;

/// <summary>Two home servers as processes on this machine, which know each other as operators make it so, by their programs, and have one
/// network root.</summary>
/// <remarks>As the fixture of a class it serves all of its tests.</remarks>
public sealed class TwoServers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-peers-").FullName;

    /// <summary>Sets both up and starts them.</summary>
    public TwoServers()
    {
        try
        {
            Here = new ServerProcess(ServerProcess.FreePort(), "a.localhost");
            There = new ServerProcess(ServerProcess.FreePort(), "b.localhost");
            var root = Path.Combine(_folder, "root");
            ServerProcess.Run("network", "create", root);
            Here.Join(root);
            There.Join(root);
            Introduce(Here, There);
            Introduce(There, Here);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One of them.</summary>
    public ServerProcess Here { get; } = null!;

    /// <summary>The other.</summary>
    public ServerProcess There { get; } = null!;

    /// <summary>Makes a server known to another, by its descriptor as a file.</summary>
    public void Introduce(ServerProcess to, ServerProcess peer)
    {
        var file = Path.Combine(_folder, peer.Domain);
        File.WriteAllText(file, ServerProcess.Run("descriptor", "--data", peer.Data));
        ServerProcess.Run("peer", "add", file, "--yes", "--data", to.Data);
    }

    /// <summary>How much waits at a server for its peers.</summary>
    public static int Waiting(ServerProcess server) => ServerProcess.Run("peer", "list", "--json", "--data", server.Data)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Sum(line => JsonNode.Parse(line)!["waiting"]!.GetValue<int>());

    /// <summary>Ends both.</summary>
    public void Dispose()
    {
        There?.Dispose();
        Here?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
