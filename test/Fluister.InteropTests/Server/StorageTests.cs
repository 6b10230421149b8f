using System.Text;
using System.Text.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.InteropTests.Server;

/// <summary>What a person's devices keep in step, asked for over the official client's connections; the package has no functions for
/// it.</summary>
public sealed class StorageTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_two_devices_that_write_the_same_version_the_later_is_told_the_current_one(int http)
    {
        var client = net.Open(server, http);
        var (account, other) = (client.Register(), client.Register());
        var (chat, chatOther, anonymous) = (client.Connect(account), client.Connect(other), client.ConnectAnonymously());
        var (owner, stranger) = (Credential(chat), Credential(chatOther));
        Assert.Equal(404, anonymous.Fetch("GET", "/v1/storage/manifest", headers: owner).Status);
        Assert.Equal(200, Write(anonymous, owner, 1, "one").Status);

        // Both devices saw version 1.
        Assert.Equal(200, Write(anonymous, owner, 2, "two").Status);
        var conflict = Write(anonymous, owner, 2, "another two");
        Assert.Equal(409, conflict.Status);
        Assert.Equal(409, Write(anonymous, owner, 4, "four").Status);
        Assert.Equal(204, anonymous.Fetch("GET", "/v1/storage/manifest/version/2", headers: owner).Status);
        Assert.Equal(200, anonymous.Fetch("GET", "/v1/storage/manifest/version/1", headers: owner).Status);
        var current = StorageManifest.Parser.ParseFrom(Encoding.UTF8.GetBytes(conflict.Body));
        Assert.Equal((2UL, "two"), (current.Version, current.Value.ToStringUtf8()));
        Assert.Equal(200, Write(anonymous, owner, 3, "three").Status);

        // Nobody else's, and nobody's without a credential.
        Assert.Equal(404, anonymous.Fetch("GET", "/v1/storage/manifest", headers: stranger).Status);
        Assert.Equal(401, anonymous.Fetch("GET", "/v1/storage/manifest").Status);
        var items = anonymous.Fetch(
            "PUT",
            "/v1/storage/read",
            new StorageRead { Keys = { ByteString.CopyFromUtf8("key") } }.ToByteArray(),
            new Dictionary<string, string>(owner) { ["content-type"] = "application/x-protobuf" });
        Assert.Equal("three", StorageItems.Parser.ParseFrom(Encoding.UTF8.GetBytes(items.Body)).Items.Single().Value.ToStringUtf8());
    }

    private static Dictionary<string, string> Credential(OfficialChat chat)
    {
        using var credential = JsonDocument.Parse(chat.Fetch("GET", "/v1/storage/auth").Body);
        var (name, password) = (credential.RootElement.GetProperty("username"), credential.RootElement.GetProperty("password"));
        return new() { ["authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")) };
    }

    // Only text, so that what comes back is what the connection makes of a body.
    private static OfficialResponse Write(OfficialChat chat, Dictionary<string, string> owner, ulong version, string value)
    {
        var write = new StorageWrite
        {
            Manifest = new StorageManifest { Version = version, Value = ByteString.CopyFromUtf8(value) },
            Inserted = { new StorageItem { Key = ByteString.CopyFromUtf8("key"), Value = ByteString.CopyFromUtf8(value) } },
        };
        var headers = new Dictionary<string, string>(owner) { ["content-type"] = "application/x-protobuf" };
        return chat.Fetch("PUT", "/v1/storage", write.ToByteArray(), headers);
    }
}
