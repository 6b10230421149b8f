using System.Net;
using System.Net.WebSockets;
using Fluister.Server.Hosting;
using Fluister.Server.Stores.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fluister.Benchmarks.Server;

/// <summary>The least that could be done: a message comes over TLS and a WebSocket, is written by the same group commit, and answered with
/// eight bytes. No accounts, no delivery, nothing taken out again.</summary>
internal static class Floor
{
    private const int AnswerBytes = 8;

    /// <summary>Serves until it is ended.</summary>
    public static async Task<int> ServeAsync(string path)
    {
        await using var database = new SqliteDatabase(path);
        await database.WriteAsync(session => session.Run("CREATE TABLE floor (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)"));
        using var authority = NetworkAuthority.Create("Floor", DateTimeOffset.UtcNow);
        using var certificate = NetworkAuthority.Issue(authority, "localhost", DateTimeOffset.UtcNow);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var application = builder.Build();
        application.UseWebSockets();
        application.Run(context => ServeAsync(context, database));
        await application.StartAsync();
        Console.WriteLine($"Listening on port {new Uri(application.Urls.First()).Port}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static async Task ServeAsync(HttpContext context, SqliteDatabase database)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var sending = new SemaphoreSlim(1);
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult read;
            do
            {
                read = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += read.Count;
            }
            while (!read.EndOfMessage);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            _ = AnswerAsync(socket, sending, database, buffer[..length]);
        }
    }

    private static async Task AnswerAsync(WebSocket socket, SemaphoreSlim sending, SqliteDatabase database, byte[] bytes)
    {
        await database.WriteAsync(session => session.Run("INSERT INTO floor (bytes) VALUES (?1)", bytes));
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(bytes.AsMemory(0, AnswerBytes), WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }
}
