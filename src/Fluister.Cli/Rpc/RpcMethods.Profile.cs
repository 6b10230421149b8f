using System.Text.Json;
using Fluister.Protocol.Profiles;

namespace Fluister.Cli.Rpc;

/// <content>The account itself: profile, username, settings.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> UpdateProfileAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var (name, family) = (given.Text("givenName", "name"), given.Text("familyName"));
        var (about, emoji) = (given.Text("about"), given.Text("aboutEmoji"));
        var (avatar, removes) = (given.Text("avatar"), given.Flag("removeAvatar"));
        given.End();
        if (avatar is not null && (removes || !Path.IsPathFullyQualified(avatar)))
        {
            throw RpcException.Parameters("avatar is the whole path of a picture, and does not go with removeAvatar.");
        }

        var client = call.Account.Client;
        var now = client.Profile;
        var changed = now with
        {
            Name = name is null && family is null ? now.Name
                : new ProfileName(name ?? now.Name?.Given ?? "", family is null ? now.Name?.Family : family.Length > 0 ? family : null),
            About = about ?? now.About,
            Emoji = emoji ?? now.Emoji,
            HasAvatar = !removes && (avatar is not null || now.HasAvatar),
        };
        await client.SetProfileAsync(changed, avatar is null ? null : ReadPicture(avatar), cancel);
        return Nothing;
    }

    private static async Task<Action<Utf8JsonWriter>> UpdateAccountAsync(RpcCall call, CancellationToken cancel)
    {
        var (username, deletes) = (call.Parameters.Text("username"), call.Parameters.Flag("deleteUsername"));
        var deviceName = call.Parameters.Text("deviceName");
        call.Parameters.End();
        if (username is not null && deletes)
        {
            throw RpcException.Parameters("username and deleteUsername do not go together.");
        }

        var client = call.Account.Client;
        if (deviceName is not null)
        {
            await client.RenameDeviceAsync(client.Self.Device, deviceName, cancel);
        }

        if (deletes)
        {
            await client.DeleteUsernameAsync(cancel);
        }

        if (username is null)
        {
            return Nothing;
        }

        var taken = await client.SetUsernameAsync(username, cancel);
        var link = await client.UsernameLinkAsync(renew: false, cancel);
        return writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("username", taken);
            writer.WriteString("usernameLink", link);
            writer.WriteEndObject();
        };
    }

    private static async Task<Action<Utf8JsonWriter>> UpdateConfigurationAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var (receipts, typing) = (given.OptionalFlag("readReceipts"), given.OptionalFlag("typingIndicators"));
        var previews = given.OptionalFlag("linkPreviews");
        given.End();
        await call.Account.Client.ConfigureAsync(receipts, typing, previews, cancel);
        return Nothing;
    }

    private static byte[] ReadPicture(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > RpcLimits.AvatarBytes)
            {
                throw RpcException.Parameters($"A picture has at most {RpcLimits.AvatarBytes} bytes.");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RpcException.Parameters($"The picture cannot be read: {e.Message}");
        }
    }
}
