using System.Text.Json;
using Fluister.Server.Requests;

namespace Fluister.Server.Operations;

/// <summary>What a server says of itself: its descriptor, its build, and whether it is well.</summary>
internal sealed class OperationRoom(Readiness readiness, PublishedDescriptor descriptor)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/.well-known/fluister", Access.Anyone, (_, _) =>
            ValueTask.FromResult(new Response(200) { Body = descriptor.Signed, ContentType = "application/json" })),
        new("GET", "/version", Access.Anyone, (_, _) =>
            ValueTask.FromResult(new Response(200)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(ProgramBuild.Own, ProgramBuildJson.Default.ProgramBuild),
                ContentType = "application/json",
            })),
        new("GET", "/health/live", Access.Anyone, (_, _) => ValueTask.FromResult(Response.Ok)),
        new("GET", "/health/ready", Access.Anyone, async (_, _) =>
            new Response(await readiness.IsReadyAsync().ConfigureAwait(false) ? 200 : 503)),
    ];
}
