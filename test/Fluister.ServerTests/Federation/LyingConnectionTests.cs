using System.Globalization;
using System.Text;
using Fluister.Server;
using Fluister.ServerTests.Sockets;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Over the network: a peer with good keys that begins a request and does not come to its end, or has no end.</summary>
public sealed class LyingConnectionTests
{
    [Fact]
    public async Task An_endless_body_is_refused_before_it_is_read()
    {
        await using var scene = await LyingPeer.StartAsync();
        await scene.Here.ListenAsync();
        using var connection = await RawConnection.ConnectAsync(scene.Here.Port);
        var headers = scene.Sign([]);
        headers.Remove("Content-Length");
        await connection.SendAsync(Head(headers, "Transfer-Encoding: chunked\r\n"));
        Assert.Equal(411, await StatusAsync(connection));
        using var large = await RawConnection.ConnectAsync(scene.Here.Port);
        headers = scene.Sign([]);
        headers["Content-Length"] = long.MaxValue.ToString(CultureInfo.InvariantCulture);
        await large.SendAsync(Head(headers));
        Assert.Contains(await StatusAsync(large), (int[])[413, 429]);
        Assert.Equal(0, scene.Here.Listener.Bodies.Taken);
    }

    [Fact]
    public async Task While_bodies_come_slowly_or_not_at_all_those_of_others_are_taken()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        await scene.Here.ListenAsync();
        var slow = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => RawConnection.ConnectAsync(scene.Here.Port)));
        try
        {
            foreach (var connection in slow)
            {
                var headers = scene.Sign([]);
                headers["Content-Length"] = $"{ServerLimits.PeerBody}";
                await connection.SendAsync((byte[])[.. Head(headers), 1, 2, 3]);
            }

            using var honest = await RawConnection.ConnectAsync(scene.Here.Port, from: "127.0.0.2");
            var own = LyingPeer.Mint(scene.Honest);
            var body = scene.Number(LyingPeer.Text(anna, own, 7)).ToByteArray();
            await honest.SendAsync((byte[])[.. Head(scene.Sign(body, by: scene.Honest)), .. body]);
            Assert.Equal(200, await StatusAsync(honest));
            Assert.Equal([(own, 7)], scene.Read(anna));
        }
        finally
        {
            foreach (var connection in slow)
            {
                connection.Dispose();
            }
        }
    }

    private static byte[] Head(Dictionary<string, string> headers, string more = "") => Encoding.ASCII.GetBytes(
        "POST /federation/v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
        + string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\r\n")) + more + "\r\n");

    private static async Task<int> StatusAsync(RawConnection connection)
    {
        var line = new byte[12];
        await connection.Stream.ReadExactlyAsync(line, TestContext.Current.CancellationToken);
        return int.Parse(Encoding.ASCII.GetString(line).Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
