using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <summary>The methods by their names, which are signal-cli's where it has them; documented in docs/spec/json-rpc.md.</summary>
internal static partial class RpcMethods
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, RpcMethod> All { get; } = new Dictionary<string, RpcMethod>(StringComparer.Ordinal)
    {
        ["version"] = VersionAsync,
        ["listAccounts"] = ListAccountsAsync,
        ["subscribeReceive"] = SubscribeReceiveAsync,
        ["unsubscribeReceive"] = UnsubscribeReceiveAsync,
        ["send"] = SendAsync,
        ["sendReaction"] = SendReactionAsync,
        ["remoteDelete"] = RemoteDeleteAsync,
        ["sendReceipt"] = SendReceiptAsync,
        ["sendTyping"] = SendTypingAsync,
        ["sendPollCreate"] = SendPollCreateAsync,
        ["sendPollVote"] = SendPollVoteAsync,
        ["sendPollTerminate"] = SendPollTerminateAsync,
        ["sendSyncRequest"] = SendSyncRequestAsync,
        ["getAttachment"] = GetAttachmentAsync,
        ["listContacts"] = ListContactsAsync,
        ["updateContact"] = UpdateContactAsync,
        ["removeContact"] = RemoveContactAsync,
        ["block"] = BlockAsync,
        ["unblock"] = UnblockAsync,
        ["sendMessageRequestResponse"] = SendMessageRequestResponseAsync,
        ["getUserStatus"] = GetUserStatusAsync,
        ["listIdentities"] = ListIdentitiesAsync,
        ["trust"] = TrustAsync,
        ["updateAccount"] = UpdateAccountAsync,
        ["updateConfiguration"] = UpdateConfigurationAsync,
        ["listDevices"] = ListDevicesAsync,
        ["addDevice"] = AddDeviceAsync,
        ["removeDevice"] = RemoveDeviceAsync,
        ["updateDevice"] = UpdateDeviceAsync,
        ["updateProfile"] = UpdateProfileAsync,
    };

    private static Task<Action<Utf8JsonWriter>> VersionAsync(RpcCall call, CancellationToken cancel)
    {
        call.Parameters.End();
        var version = typeof(RpcMethods).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
        return Task.FromResult<Action<Utf8JsonWriter>>(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("version", version);
            writer.WriteEndObject();
        });
    }

    private static Task<Action<Utf8JsonWriter>> ListAccountsAsync(RpcCall call, CancellationToken cancel)
    {
        call.Parameters.End();
        var accounts = call.Connection.Own is { } own ? [own] : call.Service.Accounts;
        return Task.FromResult<Action<Utf8JsonWriter>>(writer =>
        {
            writer.WriteStartArray();
            foreach (var account in accounts)
            {
                writer.WriteStartObject();
                writer.WriteString("number", account.Self.Number);
                writer.WriteString("aci", account.Self.Aci.ToString());
                writer.WriteString("name", account.Name);
                writer.WriteNumber("deviceId", account.Self.Device);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static Task<Action<Utf8JsonWriter>> SubscribeReceiveAsync(RpcCall call, CancellationToken cancel)
    {
        call.Parameters.End();
        var number = call.Connection.Subscriptions.Add(call.Account, isNumbered: true);
        return Task.FromResult<Action<Utf8JsonWriter>>(writer => writer.WriteNumberValue(number));
    }

    private static Task<Action<Utf8JsonWriter>> UnsubscribeReceiveAsync(RpcCall call, CancellationToken cancel)
    {
        var number = call.Parameters.NeededNumber("subscription");
        call.Parameters.End();
        return call.Connection.Subscriptions.Remove(number) ? Task.FromResult<Action<Utf8JsonWriter>>(Nothing)
            : throw RpcException.Parameters("This connection has no such subscription.");
    }

    /// <summary>The result of a method that has nothing to tell: an empty object.</summary>
    private static void Nothing(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    }
}
