using System.Globalization;
using Fluister.Server.Accounts;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Storage;

/// <summary>The storage service: what a person's devices keep in step, readable to them alone.</summary>
/// <remarks>It has credentials of its own, since with Signal it is another machine; here it is the same one.</remarks>
internal sealed class StorageRoom(AccountStore accounts, StorageStore store, ServiceCredentials credentials, RateLimits limits)
{
    private const string Protobuf = "application/x-protobuf";

    /// <summary>What can be asked. Whoever asks for more than a credential shows it, which is looked at here. Desktop puts a prefix before
    /// the service's paths, since it gives the service an address of its own.</summary>
    public IEnumerable<Route> Routes =>
    [
        new("GET", "/v1/storage/auth", Access.Device, (request, _) => ValueTask.FromResult(Response.Json(
            Authorize(request.Device.Account.Aci), WireJson.Default.CredentialJson))),
        .. Under("/v1/storage"),
        .. Under("/storageService/v1/storage"),
    ];

    /// <summary>An account's credential.</summary>
    public CredentialJson Authorize(Guid aci) => new($"{aci}", credentials.Issue($"{aci}"));

    private static Response Message(IMessage message, int status = 200) =>
        new(status) { Body = message.ToByteArray(), ContentType = Protobuf };

    private static T Parse<T>(Request request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(request.Body.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RefusedException(400);
        }
    }

    private IEnumerable<Route> Under(string root) =>
    [
        new("GET", root + "/manifest", Access.Anyone, (request, _) => ValueTask.FromResult(Manifest(Owner(request)))),
        new("GET", root + "/manifest/version/{version}", Access.Anyone, (request, _) => ValueTask.FromResult(NewerManifest(request))),
        new("PUT", root + "/read", Access.Anyone, (request, _) => ValueTask.FromResult(Read(request))) { Admit = Admit },
        new("PUT", root, Access.Anyone, WriteAsync) { BodyLimit = ServerLimits.StorageBody, Admit = Admit },
        new("DELETE", root, Access.Anyone, DeleteAsync),
    ];

    // The account whose credential is shown, as long as it is one.
    private Guid Owner(Request request) =>
        Authenticator.Read(request.Header("Authorization")) is { } given
            && credentials.Check(given.Name, given.Password)
            && Guid.TryParseExact(given.Name, "D", out var aci)
            && accounts.Find(aci) is { IsDisabled: false }
                ? aci
                : throw new RefusedException(401);

    private void Admit(Request request) => Owner(request);

    private Response Manifest(Guid owner) => store.Manifest(owner) is { } manifest ? Message(manifest) : new Response(404);

    private Response NewerManifest(Request request)
    {
        var owner = Owner(request);
        return !ulong.TryParse(request.Values["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new Response(400)
            : store.Manifest(owner) is { } manifest && manifest.Version != version ? Message(manifest) : Response.NoContent;
    }

    private Response Read(Request request)
    {
        var owner = Owner(request);
        var keys = Parse(request, StorageRead.Parser).Keys;
        if (keys.Count is 0 or > ServerLimits.StorageReads)
        {
            return new Response(keys.Count == 0 ? 400 : 413);
        }

        // One is taken before, so that who is refused does not make the server read; the others once it is known how many there are.
        limits.Take(ServerLimits.StorageReadKibibytes, owner);
        if (store.Read(owner, keys) is not { } items)
        {
            limits.Take(ServerLimits.StorageReadKibibytes, owner, ServerLimits.StorageReadBytes / 1024);
            return new Response(413);
        }

        limits.Take(ServerLimits.StorageReadKibibytes, owner, items.Sum(item => item.Key.Length + item.Value.Length) / 1024);
        return Message(new StorageItems { Items = { items } });
    }

    private async ValueTask<Response> WriteAsync(Request request, CancellationToken cancellation)
    {
        var owner = Owner(request);
        var write = Parse(request, StorageWrite.Parser);
        if (write.Manifest is null || write.Manifest.Version > long.MaxValue || write.Inserted.Any(item => item.Key.IsEmpty))
        {
            return new Response(400);
        }

        if (write.Inserted.Count + write.DeletedKeys.Count > 2 * ServerLimits.StorageItems
            || write.Inserted.Any(item => item.Key.Length > ServerLimits.StorageKey))
        {
            return new Response(413);
        }

        return await store.WriteAsync(owner, write).ConfigureAwait(false) switch
        {
            StorageOutcome.Written => Response.Ok,
            StorageOutcome.TooMuch => new Response(413),
            _ => store.Manifest(owner) is { } current ? Message(current, 409) : new Response(409),
        };
    }

    private async ValueTask<Response> DeleteAsync(Request request, CancellationToken cancellation)
    {
        await store.DeleteAsync(Owner(request)).ConfigureAwait(false);
        return Response.Ok;
    }
}
