using System.Text;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Hostile;

/// <summary>Clients that begin a request and do not come to its end. They wait together, in real time, since HTTP's own clock cannot be
/// moved.</summary>
public sealed class SlowClientTests
{
    [Fact]
    public async Task Requests_that_come_too_slowly_are_given_up()
    {
        await using var server = new TestServer();
        await server.ListenAsync();
        var requests = new[]
        {
            "GET /v1/not",
            "GET /v1/nothing HTTP/1.1\r\nHost: local",
            "POST /v1/registration HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
            "POST /v1/registration HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        };
        var connections = await Task.WhenAll(requests.Select(_ => RawConnection.ConnectAsync(server.Port)));
        try
        {
            await Task.WhenAll(requests.Zip(connections, (request, connection) =>
                connection.SendAsync(Encoding.ASCII.GetBytes(request))));

            // Each ends by itself, with 408 or without a word.
            var ends = await Task.WhenAll(connections.Select(connection => connection.ReadToEndAsync()));
            Assert.All(ends, end => Assert.True(
                end.Length == 0 || Encoding.ASCII.GetString(end).StartsWith("HTTP/1.1 408", StringComparison.Ordinal)));
        }
        finally
        {
            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }
}
