using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Sandbox;

/// <summary>No way out over the network: not by the namespace alone, and not by the filter alone.</summary>
public sealed class NetworkTests : IDisposable
{
    private const string Connect = "socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)";
    private const string ConnectAbstract = """
        s = socket.socket(socket.AF_UNIX)
        s.connect("\0" + sys.argv[1])
        """;

    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _name = $"fluister-test-{Guid.NewGuid():N}";

    public NetworkTests()
    {
        _listener.Start();
        _abstract.Bind(new UnixDomainSocketEndPoint($"\0{_name}"));
        _abstract.Listen();
    }

    private string Port => ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _listener.Dispose();
        _abstract.Dispose();
    }

    [Fact]
    public async Task Its_namespace_is_its_own_and_has_no_route()
    {
        await using var process = await Confined.StartAsync(Confined.Strict, Confined.Waiting);

        Assert.Empty(await File.ReadAllLinesAsync($"/proc/{process.Id}/net/route"));
        foreach (var kind in (string[])["net", "ipc", "user"])
        {
            Assert.NotEqual(new FileInfo($"/proc/self/ns/{kind}").LinkTarget, new FileInfo($"/proc/{process.Id}/ns/{kind}").LinkTarget);
        }

        Assert.StartsWith("no network", process.Confinement, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("")]
    public async Task A_listener_here_is_reached_by_nobody_in_there(string address)
    {
        address = address.Length > 0 ? address : HostAddress();
        Assert.Equal("done", await Confined.TryAsync(Confined.Strict with { Network = true }, Connect, address, Port));
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict, Connect, address, Port));

        // And where the filter does not stand: another program that joins the namespaces.
        Assert.Equal("ENETUNREACH", await JoinAsync(Connect, address, Port));
    }

    [Fact]
    public async Task An_abstract_socket_here_is_reached_by_nobody_in_there()
    {
        var here = FluisterProgram.Run(Confined.Python, ["-I", "-S", "-c", Confined.Script(ConnectAbstract), _name]);
        Assert.Equal("done", here.Output.Trim());
        // By Landlock alone; by the filter; by the namespace alone.
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict with { Network = true }, ConnectAbstract, _name));
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict, ConnectAbstract, _name));
        Assert.Equal("ECONNREFUSED", await JoinAsync(ConnectAbstract, _name));
    }

    [Theory]
    [InlineData("AF_INET, socket.SOCK_STREAM", false)]
    [InlineData("AF_INET, socket.SOCK_DGRAM", false)]
    [InlineData("AF_INET6, socket.SOCK_STREAM", false)]
    [InlineData("AF_NETLINK, socket.SOCK_RAW", false)]
    [InlineData("AF_PACKET, socket.SOCK_RAW", false)]
    [InlineData("AF_VSOCK, socket.SOCK_STREAM", false)]
    [InlineData("AF_UNIX, socket.SOCK_DGRAM", false)]
    [InlineData("AF_UNIX, socket.SOCK_SEQPACKET", false)]
    [InlineData("AF_UNIX, socket.SOCK_STREAM", true)]
    public async Task Sockets_are_refused_but_such_as_listen_on_a_file(string kind, bool isAllowed)
    {
        using var folder = new TemporaryFolder();
        var script = $"socket.socket(socket.{kind})";

        Assert.Equal(isAllowed ? "done" : "EPERM", await Confined.TryAsync(Confined.Strict with { Writable = [folder.Path] }, script));
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict, script));
    }

    [Fact]
    public async Task A_socket_in_there_listens_and_does_not_call()
    {
        using var folder = new TemporaryFolder();
        using var ours = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ours.Bind(new UnixDomainSocketEndPoint(folder.In("ours.sock")));
        ours.Listen();
        var policy = Confined.Strict with { Writable = [folder.Path] };
        const string Call = "socket.socket(socket.AF_UNIX).connect(sys.argv[1])";
        Assert.Equal("EPERM", await Confined.TryAsync(policy, Call, folder.In("ours.sock")));

        await using var process = await Confined.StartAsync(policy, """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.bind(sys.argv[1])
            s.listen()
            print(flush=True)
            s.accept()[0].sendall(b"hello")
            """, folder.In("theirs.sock"));
        Assert.Equal('\n', process.Stdout.ReadByte());
        using var call = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await call.ConnectAsync(new UnixDomainSocketEndPoint(folder.In("theirs.sock")));
        using var reader = new StreamReader(new NetworkStream(call));
        Assert.Equal("hello", await reader.ReadToEndAsync());
    }

    /// <summary>Tries it in the namespaces of a sandbox, without its filter and without Landlock.</summary>
    private static async Task<string> JoinAsync(string script, params string[] arguments)
    {
        await using var process = await Confined.StartAsync(Confined.Strict, Confined.Waiting);
        var target = process.Id.ToString(CultureInfo.InvariantCulture);
        return FluisterProgram.Run("nsenter",
        [
            "--target", target, "--user", "--preserve-credentials", "--net", Confined.Python, "-I", "-S", "-c", Confined.Script(script),
            .. arguments,
        ]).Output.Trim();
    }

    /// <summary>This machine's own address, that of a bridge in a container; the loopback's second where it has none.</summary>
    private static string HostAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Sends nothing; chooses the address that it would send from.
            socket.Connect(IPAddress.Parse("192.0.2.1"), 9);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            return "127.0.0.2";
        }
    }
}
