using System.Text;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Attachments;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Sessions;

namespace Fluister.InteropTests.Client.Store;

/// <summary>A history with something of every kind in it, written through the store's tables.</summary>
internal static class AccountSample
{
    public const long Noon = 1_790_000_000_000;
    public const string FileText = "what stood in the file\n";

    public static readonly ServiceId Anna = ServiceId.Aci(new Guid("11111111-1111-4111-8111-111111111111"));
    public static readonly ServiceId Bert = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    /// <summary>Writes it; gives the texts of the messages between the two in their order.</summary>
    public static IReadOnlyList<string> Write(ClientStore store, AccountFolder folder)
    {
        using var self = Self();
        return store.Transact<IReadOnlyList<string>>(() =>
        {
            store.Items.Save(self);
            var own = store.Conversations.GetOrAdd(Anna).Id;
            var talk = store.Conversations.GetOrAdd(Bert) with { ProfileName = "Bert", ProfileFamilyName = "Brecht", ActiveAt = Noon };
            store.Conversations.Save(talk);
            store.Identities.Take(Bert, IdentityKeyPair.Generate(RandomSource.System).Public, DateTimeOffset.UnixEpoch);
            store.Sessions.Save(ServiceIdKind.Aci, new ProtocolAddress(Bert, 1), new SessionRecord());
            var at = Noon;
            void Add(ServiceId author, string? body, JsonObject? json = null, Func<StoredMessage, StoredMessage>? more = null)
            {
                at += 1000;
                var message = Message(talk.Id, author, at, body, json ?? []);
                store.Messages.Add(more?.Invoke(message) ?? message);
            }

            Add(Anna, "Shall we meet at noon?", new JsonObject
            {
                ["sendStateByConversationId"] = new JsonObject
                {
                    [talk.Id] = new JsonObject { ["status"] = "Read", ["updatedAt"] = Noon },
                    [own] = new JsonObject { ["status"] = "Sent", ["updatedAt"] = Noon },
                },
            });
            Add(Bert, "Yes, at the café ☕", new JsonObject
            {
                ["quote"] = new JsonObject
                {
                    ["id"] = Noon + 1000,
                    ["authorAci"] = Anna.ToString(),
                    ["text"] = "Shall we meet at noon?",
                    ["attachments"] = new JsonArray(),
                },
                ["reactions"] = new JsonArray(new JsonObject
                {
                    ["emoji"] = "🎉",
                    ["fromId"] = own,
                    ["targetTimestamp"] = Noon + 2000,
                    ["timestamp"] = Noon + 2500,
                }),
            });
            Add(Anna, "bold words", new JsonObject
            {
                ["bodyRanges"] = new JsonArray(new JsonObject { ["start"] = 0, ["length"] = 4, ["style"] = 1 }),
                ["editHistory"] = new JsonArray(
                    new JsonObject { ["body"] = "bold words", ["timestamp"] = Noon + 3900 },
                    new JsonObject { ["body"] = "cold words", ["timestamp"] = Noon + 3000 }),
            });
            Add(Bert, "with a file", new JsonObject { ["attachments"] = new JsonArray(File(folder)) });
            Add(Bert, null, new JsonObject
            {
                ["poll"] = new JsonObject
                {
                    ["question"] = "Tea or coffee?",
                    ["options"] = new JsonArray("tea", "coffee"),
                    ["allowMultiple"] = false,
                    ["votes"] = new JsonArray(new JsonObject
                    {
                        ["fromConversationId"] = own,
                        ["optionIndexes"] = new JsonArray(1),
                        ["voteCount"] = 1,
                        ["timestamp"] = Noon + 5500,
                    }),
                },
            });
            Add(Bert, null, new JsonObject { ["deletedForEveryone"] = true }, message => message with { IsErased = true });
            Add(Bert, "a secret", null, message => message with { ExpireTimer = 3600, ExpirationStart = Noon });
            Add(Bert, "not read yet", null, message => message with { IsUnread = true });
            store.Messages.Add(Message(own, Anna, at + 1000, "a note to myself", []));
            return ["Shall we meet at noon?", "Yes, at the café ☕", "bold words", "with a file", "a secret", "not read yet"];
        });
    }

    private static StoredMessage Message(string conversation, ServiceId author, long at, string? body, JsonObject json) => new()
    {
        Id = RowUuid.New(DateTimeOffset.FromUnixTimeMilliseconds(at)),
        ConversationId = conversation,
        Type = author == Anna ? "outgoing" : "incoming",
        Source = author,
        SourceDevice = 1,
        SentAt = at,
        ReceivedAt = at + 40,
        ServerTimestamp = at + 20,
        Body = body,
        IsSealed = true,
        Json = json,
    };

    /// <summary>A file as the client keeps it: version 2, under a key of its own.</summary>
    private static JsonObject File(AccountFolder folder)
    {
        const string Name = "ab/ab12000000000000000000000000000000000000000000000000000000000000";
        using var key = AttachmentKey.Generate(RandomSource.System);
        var plain = Encoding.UTF8.GetBytes(FileText);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using (var encryptor = new AttachmentEncryptor(key, RandomSource.System, plain.Length))
        {
            encryptor.Append(plain, output);
            encryptor.Finish(output);
        }

        var path = Path.Combine(folder.Attachments, Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, output.WrittenSpan);
        return new JsonObject
        {
            ["contentType"] = "text/plain",
            ["fileName"] = "notes.txt",
            ["size"] = plain.Length,
            ["path"] = Name,
            ["version"] = 2,
            ["localKey"] = Convert.ToBase64String(key.Reveal()),
        };
    }

    private static Self Self() => new()
    {
        Aci = Anna,
        Device = 1,
        Password = new Secret("a password"u8),
        RegistrationId = 7,
        AciIdentity = IdentityKeyPair.Generate(RandomSource.System),
        ProfileKey = ProfileKey.Generate(RandomSource.System),
        EntropyPool = AccountEntropyPool.Generate(RandomSource.System),
    };
}
