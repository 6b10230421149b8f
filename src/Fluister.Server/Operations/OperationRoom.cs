using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Operations;

/// <summary>What a server says of itself: its descriptor, and whether it is well.</summary>
internal sealed class OperationRoom(SqliteDatabase database, Lazy<byte[]> signedDescriptor, CancellationToken draining)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/.well-known/fluister", Access.Anyone, (_, _) =>
            ValueTask.FromResult(new Response(200) { Body = signedDescriptor.Value, ContentType = "application/json" })),
        new("GET", "/health/live", Access.Anyone, (_, _) => ValueTask.FromResult(Response.Ok)),
        new("GET", "/health/ready", Access.Anyone, ReadyAsync),
    ];

    // Ready: the writer of the database comes round, and the server has not been asked to stop.
    private async ValueTask<Response> ReadyAsync(Request request, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(_ => true).WaitAsync(ServerLimits.Ready, cancellation).ConfigureAwait(false);
            return draining.IsCancellationRequested ? new Response(503) : Response.Ok;
        }
        catch (Exception unwell) when (unwell is StoreException or SqliteException or TimeoutException)
        {
            return new Response(503);
        }
    }
}
