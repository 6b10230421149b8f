using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Fluister.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Fluister.Benchmarks.Server;

/// <summary>The floor: the least that passes messages on. One comes over TLS and a WebSocket, one row is on the disk, its sender is
/// answered with eight bytes, and it goes to the recipient's socket, which acknowledges it with eight. No accounts, no JSON, nothing
/// deleted.</summary>
internal static class Relay
{
    /// <summary>Bytes of an answer and of an acknowledgement.</summary>
    public const int AnswerBytes = 8;

    /// <summary>In the place of a path: nothing is stored.</summary>
    public const string NothingStored = "-";

    /// <summary>Serves until it is ended.</summary>
    public static async Task<int> ServeAsync(string path)
    {
        using var store = path == NothingStored ? null : new RelayStore(path);
        using var authority = NetworkAuthority.Create("Floor", DateTimeOffset.UtcNow);
        using var certificate = NetworkAuthority.Issue(authority, "localhost", DateTimeOffset.UtcNow);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var application = builder.Build();
        application.UseWebSockets();
        var recipients = new ConcurrentDictionary<string, RelaySocket>();
        application.Run(context => ServeAsync(context, store, recipients));
        await application.StartAsync();
        Console.WriteLine($"Listening on port {new Uri(application.Urls.First()).Port}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static async Task ServeAsync(HttpContext context, RelayStore? store, ConcurrentDictionary<string, RelaySocket> recipients)
    {
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var socket = new RelaySocket(webSocket);
        var segments = context.Request.Path.Value!.Split('/');
        var sending = socket.SendAllAsync();
        try
        {
            if (segments[1] == "to")
            {
                recipients[segments[2]] = socket;
                await socket.ReceiveAllAsync(_ => { });
                return;
            }

            var recipient = recipients.GetValueOrDefault(segments[2]);
            await socket.ReceiveAllAsync(bytes =>
            {
                if (store is null)
                {
                    RelaySocket.Pass(bytes, socket, recipient);
                }
                else
                {
                    store.Add(bytes, socket, recipient);
                }
            });
        }
        catch (WebSocketException)
        {
            // The client has gone.
        }

        socket.End();
        await sending;
    }
}
