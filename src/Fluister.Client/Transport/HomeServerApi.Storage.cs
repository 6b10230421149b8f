using System.Globalization;
using Fluister.Cryptography;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Transport;

/// <content>The storage service, which has credentials of its own.</content>
internal sealed partial class HomeServerApi
{
    /// <summary>GET /v1/storage/auth.</summary>
    public Task<CredentialJson> StorageCredentialAsync(CancellationToken cancel) =>
        GetAsync("/v1/storage/auth", WireJson.Default.CredentialJson, cancel);

    /// <summary>GET /v1/storage/manifest/version/{known}.</summary>
    /// <returns>The manifest; none where it is that version still (204), or nothing was ever written (404).</returns>
    public async Task<StorageManifest?> ManifestAsync(CredentialJson credential, ulong known, CancellationToken cancel)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/storage/manifest/version/{known}");
        var request = Storage("GET", path, null, credential);
        var answer = await AskAsync(request, cancel, 200, 204, 404).ConfigureAwait(false);
        return answer.Status == 200 ? ReadMessage(answer, StorageManifest.Parser) : null;
    }

    /// <summary>PUT /v1/storage/read.</summary>
    /// <returns>The items that are there; none with the status 413 where they are too many at once.</returns>
    public async Task<IReadOnlyList<StorageItem>?> ReadStorageAsync(
        CredentialJson credential, IEnumerable<ByteString> keys, CancellationToken cancel)
    {
        var request = Storage("PUT", "/v1/storage/read", new StorageRead { Keys = { keys } }, credential);
        var answer = await AskAsync(request, cancel, 200, 413).ConfigureAwait(false);
        return answer.Status == 200 ? ReadMessage(answer, StorageItems.Parser).Items : null;
    }

    /// <summary>PUT /v1/storage.</summary>
    /// <returns>None when it was written; else the manifest that came before (409).</returns>
    public async Task<StorageManifest?> WriteStorageAsync(CredentialJson credential, StorageWrite write, CancellationToken cancel)
    {
        var answer = await AskAsync(Storage("PUT", "/v1/storage", write, credential), cancel, 200, 409).ConfigureAwait(false);
        return answer.Status == 200 ? null : ReadMessage(answer, StorageManifest.Parser);
    }

    // The credential names the account: over the connection that does not say who we are it would say whose sealed messages go there.
    private static ServiceRequest Storage(string verb, string path, IMessage? body, CredentialJson credential)
    {
        using var password = new Secret(System.Text.Encoding.UTF8.GetBytes(credential.Password));
        var request = new ServiceRequest(verb, path)
        {
            Body = body?.ToByteArray(),
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-protobuf" },
        };
        return WithBasic(request, credential.Username, password);
    }

    private static T ReadMessage<T>(ServiceResponse answer, MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(answer.Body);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw Malformed(wrong);
        }
    }
}
