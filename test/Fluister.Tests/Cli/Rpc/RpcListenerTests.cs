using System.Net.Sockets;
using System.Text;
using Fluister.Cli.Rpc;
using Fluister.Client;

namespace Fluister.Tests.Cli.Rpc;

public sealed class RpcListenerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rpc").FullName;

    private string SocketPath => Path.Combine(_folder, RpcListener.FileName);

    [Fact]
    public async Task The_socket_is_its_owners_alone_and_serves_the_command_line()
    {
        using var end = new CancellationTokenSource();
        Task running;
        using (var listener = RpcListener.Open(SocketPath))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
            running = listener.RunAsync(new RpcService([], tellsAll: false), null, end.Token);
            await using (var client = await RpcClient.TryConnectAsync(_folder, null, TestContext.Current.CancellationToken))
            {
                Assert.NotNull(client);
                var version = await client.CallAsync("version", _ => { }, TestContext.Current.CancellationToken);
                Assert.NotEqual("", version.GetProperty("version").GetString());
                var refused = await Assert.ThrowsAsync<ClientException>(
                    () => client.CallAsync("send", writer => writer.WriteString("x", "y"), TestContext.Current.CancellationToken));
                Assert.Equal(ClientError.BadInput, refused.Error);
            }

            await end.CancelAsync();
            await running;
        }

        Assert.False(File.Exists(SocketPath));
        Assert.Null(await RpcClient.TryConnectAsync(_folder, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_a_daemon_left_behind_gives_way_and_a_living_one_or_a_file_does_not()
    {
        var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(SocketPath));
        dead.Listen(1);
        Assert.Equal(ClientError.InUse, Assert.Throws<ClientException>(() => RpcListener.Open(SocketPath)).Error);

        // As kill -9 leaves it: the file without anybody behind it. (Disposing of it would remove the file.)
        dead.SafeHandle.Close();
        File.Delete(SocketPath);
        using (var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            bound.Bind(new UnixDomainSocketEndPoint(SocketPath));
            using var listener = RpcListener.Open(SocketPath);
            Assert.True(File.Exists(SocketPath));
        }

        File.WriteAllText(SocketPath, "a file");
        Assert.Equal(ClientError.BadInput, Assert.Throws<ClientException>(() => RpcListener.Open(SocketPath)).Error);
        Assert.Equal("a file", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_path_that_is_too_long_is_refused() => Assert.Equal(ClientError.BadInput,
        Assert.Throws<ClientException>(() => RpcListener.Open(Path.Combine(_folder, new string('x', 120)))).Error);

    [Fact]
    public async Task Too_many_programs_are_told_so()
    {
        using var end = new CancellationTokenSource();
        using var listener = RpcListener.Open(SocketPath);
        var running = listener.RunAsync(new RpcService([], tellsAll: false), null, end.Token);
        var programs = new List<RpcClient>();
        for (var count = 0; count < RpcLimits.Connections; count++)
        {
            var client = await RpcClient.TryConnectAsync(_folder, null, TestContext.Current.CancellationToken);
            await client!.CallAsync("version", _ => { }, TestContext.Current.CancellationToken);
            programs.Add(client);
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), TestContext.Current.CancellationToken);
        using var stream = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        Assert.Contains($"{RpcException.LimitReached}",
            await stream.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var client in programs)
        {
            await client.DisposeAsync();
        }

        await end.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(1000u, 1000u, true)]
    [InlineData(1001u, 1000u, false)]
    [InlineData(0u, 1000u, false)]
    public void Only_the_same_person_is_let_in(uint theirs, uint ours, bool isLetIn) =>
        Assert.Equal(isLetIn, PeerCredentials.IsSamePerson(theirs, ours));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
