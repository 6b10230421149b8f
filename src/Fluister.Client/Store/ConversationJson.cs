using System.Text.Json.Nodes;

namespace Fluister.Client.Store;

/// <summary>The JSON of a conversation: Signal Desktop keeps there what the columns say too.</summary>
internal static class ConversationJson
{
    /// <summary>The JSON as it is written.</summary>
    public static JsonObject Of(StoredConversation conversation)
    {
        var json = conversation.Json.DeepClone().AsObject();
        json["id"] = conversation.Id;
        json["type"] = conversation.Type;
        json["version"] = 2;
        Put(json, "serviceId", conversation.ServiceId?.ToString());
        Put(json, "e164", conversation.Number);
        Put(json, "name", conversation.Name);
        Put(json, "profileName", conversation.ProfileName);
        Put(json, "profileFamilyName", conversation.ProfileFamilyName);
        Put(json, "profileFullName", FullName(conversation));
        if (conversation.ActiveAt is { } at)
        {
            json["active_at"] = at;
            json["timestamp"] ??= at;
        }
        else
        {
            json.Remove("active_at");
        }

        return json;
    }

    /// <summary>Given and family name of the profile together; null without either.</summary>
    public static string? FullName(StoredConversation conversation)
    {
        var full = $"{conversation.ProfileName} {conversation.ProfileFamilyName}".Trim();
        return full.Length == 0 ? null : full;
    }

    private static void Put(JsonObject json, string name, string? value)
    {
        if (value is null)
        {
            json.Remove(name);
        }
        else
        {
            json[name] = value;
        }
    }
}
