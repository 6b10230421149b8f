using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>The official client's network stack in a child process (test/libsignal/net.mjs), with its keys and sessions.</summary>
/// <remarks>One process serves a class of tests as its fixture and is ended with it. Names of clients and connections are drawn
/// here.</remarks>
public sealed class OfficialNet : IDisposable
{
    private static int _last;

    /// <summary>The process, for all of the oracle's operations too.</summary>
    internal LibsignalClient Package { get; } = new("net.mjs");

    /// <summary>A client of a server; <paramref name="http"/> is 1 or 2. Remote config of "ws" keeps a typed call off gRPC.</summary>
    internal OfficialClient Open(ServerProcess server, int http, IReadOnlyDictionary<string, string>? config = null)
    {
        var name = Name("net");
        Package.Call("net.open", new { net = name, port = server.Port, authority = server.Authority, http, config });
        return new OfficialClient(this, name, server);
    }

    /// <summary>A name that nothing else has.</summary>
    internal static string Name(string kind) => $"{kind} {Interlocked.Increment(ref _last)}";

    /// <summary>Ends the process.</summary>
    public void Dispose() => Package.Dispose();
}
