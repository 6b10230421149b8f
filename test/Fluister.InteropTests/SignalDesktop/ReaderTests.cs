using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.SignalDesktop;

/// <summary>Profiles made by the official SQLCipher package, read by ours,
/// against what the maker meant (test/official/expected.mjs).</summary>
public sealed class ReaderTests
{
    [Theory]
    [MemberData(nameof(OfficialPackageTests.Generations), MemberType = typeof(OfficialPackageTests))]
    public void Every_generation_reads_as_it_was_meant(int generation)
    {
        using var profile = OfficialPackage.MakeProfile(generation, "--messages", "1000", "--media", "--seed", $"{generation}");
        var before = profile.Hashes();
        var faults = new List<string>();
        using (var archive = SignalDesktopArchive.Open(profile.Path, new SignalDesktopOptions()))
        {
            var everything = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
            var messages = archive.Read(everything, MessageOrder.Stored).ToDictionary(message => message.RowId);
            var conversations = archive.Conversations.ToDictionary(conversation => conversation.Id);
            var order = archive.Read(everything, MessageOrder.ByConversation)
                .ToLookup(message => message.ConversationId, message => message.Id);
            var byTime = archive.Read(everything, MessageOrder.StoredByTime)
                .ToLookup(message => message.ConversationId, message => message.Id);
            var expectedMessages = 0;
            foreach (var line in File.ReadLines(profile.ExpectedPath))
            {
                var expected = JsonNode.Parse(line)!.AsObject();
                switch ((string?)expected["record"])
                {
                    case "profile":
                        Compare(faults, "self", expected["self"], Shape.Of(archive.Self));
                        break;
                    case "conversation":
                        Compare(faults, $"conversation {expected["id"]}", Canonical(expected),
                            Canonical(Shape.Of(conversations[(string)expected["id"]!], archive)));
                        break;
                    case "order":
                        var ids = expected["ids"]!.AsArray().Select(id => (string)id!).ToList();
                        var conversation = (string)expected["conversationId"]!;
                        Assert.Equal(ids, order[conversation]);
                        Assert.Equal(ids, byTime[conversation]);
                        break;
                    case "message":
                        expectedMessages++;
                        var row = (long)expected["rowId"]!;
                        if (messages.TryGetValue(row, out var message))
                        {
                            CompareMessage(faults, expected, Shape.Of(message, archive), message);
                        }
                        else
                        {
                            faults.Add($"row {row} is missing");
                        }

                        break;
                }
            }

            Assert.Equal(expectedMessages, messages.Count);
        }

        Assert.True(faults.Count == 0, $"{faults.Count} differences:\n" + string.Join("\n", faults.Take(25)));
        Assert.Equal(before, profile.Hashes());
    }

    private static void CompareMessage(List<string> faults, JsonObject expected, JsonObject actual, Message message)
    {
        var where = $"row {expected["rowId"]} ({expected["type"]})";
        if (expected["event"] is JsonObject said)
        {
            var sentence = message.Event?.Text ?? "(none)";
            foreach (var word in said["names"]!.AsArray().Concat(said["words"]!.AsArray()))
            {
                if (!sentence.Contains((string)word!, StringComparison.OrdinalIgnoreCase))
                {
                    faults.Add($"{where}: \"{sentence}\" does not say \"{word}\"");
                }
            }

            if ((bool)said["hasJson"]! != message.Event?.Json is not null)
            {
                faults.Add($"{where}: JSON {(message.Event?.Json is null ? "lost" : "kept")}");
            }
        }

        // What the store cannot say: why a file was not fetched, and what a call was whose record is gone.
        foreach (var attachment in expected["attachments"]?.AsArray() ?? [])
        {
            attachment!["state"] = (string)attachment["state"]! == "failed" ? "pending" : (string)attachment["state"]!;
        }

        foreach (var attachment in expected["quote"]?["attachments"]?.AsArray() ?? [])
        {
            attachment!["thumbnail"] = (string?)attachment["thumbnail"]?["sha256"];
        }

        foreach (var word in (string[])["mode", "medium", "status"])
        {
            if (expected["call"] is JsonObject call && expected["call"]!["mode"] is not null)
            {
                call[word] ??= "unknown";
            }
        }

        if (expected["call"] is JsonObject { } lost && lost["mode"] is null)
        {
            Compare(faults, $"{where}.call", "unknown", actual["call"]?["mode"]?.DeepClone());
            expected.Remove("call");
            actual.Remove("call");
            expected.Remove("direction");
            actual.Remove("direction");
            expected.Remove("sender");
            actual.Remove("sender");
        }

        expected.Remove("event");
        var isLenient = expected.Remove("lenient");
        expected.Remove("stray");
        expected.Remove("record");
        foreach (var (name, value) in expected)
        {
            // The JSON of a lenient row is broken: only its columns are promised.
            if (!isLenient || name is "id" or "rowId" or "conversationId" or "type" or "kind" or "sentAt" or "body" && value is not null)
            {
                Compare(faults, $"{where}.{name}", value, actual[name]);
            }
        }

        if (!isLenient)
        {
            faults.AddRange(actual.Where(entry => !expected.ContainsKey(entry.Key))
                .Select(entry => $"{where}.{entry.Key}: unexpected {entry.Value?.ToJsonString()}"));
        }
    }

    private static void Compare(List<string> faults, string where, JsonNode? expected, JsonNode? actual)
    {
        var a = Runs(expected?.ToJsonString() ?? "null");
        var b = Runs(actual?.ToJsonString() ?? "null");
        if (a != b)
        {
            faults.Add($"{where}:\n  expected {a}\n  actual   {b}");
        }
    }

    /// <summary>How many U+FFFD a broken byte gives is the decoder's choice.</summary>
    private static string Runs(string json) =>
        Regex.Replace(json, @"(\\uFFFD)+", @"\uFFFD", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(5));

    private static JsonObject Canonical(JsonObject conversation)
    {
        conversation.Remove("record");
        var members = conversation["members"]!.AsArray().OrderBy(member => member!.ToJsonString(), StringComparer.Ordinal).ToList();
        conversation["members"] = null;
        members.ForEach(member => member!.Parent!.AsArray().Remove(member));
        conversation["members"] = new JsonArray([.. members]);
        return conversation;
    }

    /// <summary>The shapes of test/official/expected.mjs.</summary>
    private static class Shape
    {
        public static JsonObject? Of(Participant? person) => person is null ? null : new JsonObject
        {
            ["id"] = person.Id == person.ServiceId || person.Id == person.Number ? null : person.Id,
            ["name"] = person.Name,
            ["serviceId"] = person.ServiceId,
            ["number"] = person.Number,
            ["isSelf"] = person.IsSelf,
        };

        public static JsonObject Of(Conversation conversation, ConversationArchive archive) => new()
        {
            ["id"] = conversation.Id,
            ["kind"] = conversation.Kind.ToString(),
            ["name"] = conversation.Name,
            ["serviceId"] = conversation.ServiceId,
            ["number"] = conversation.Number,
            ["groupId"] = conversation.GroupId,
            ["members"] = Array(conversation.Members, Of),
            ["isArchived"] = conversation.IsArchived,
            ["expireTimer"] = conversation.ExpireTimer,
            ["activeAt"] = conversation.ActiveAt?.UnixMilliseconds,
            ["avatar"] = conversation.Avatar is null ? null : Of(conversation.Avatar, archive),
        };

        public static JsonObject Of(Message message, ConversationArchive archive)
        {
            var shape = new JsonObject
            {
                ["rowId"] = message.RowId,
                ["id"] = message.Id,
                ["conversationId"] = message.ConversationId,
                ["kind"] = message.Kind.ToString(),
                ["type"] = message.Type,
                ["direction"] = message.Direction.ToString(),
                ["sender"] = Of(message.Sender),
                ["sentAt"] = Time(message.SentAt),
                ["receivedAt"] = Time(message.ReceivedAt),
                ["body"] = message.Body,
                ["ranges"] = Ranges(message.Ranges),
                ["isUnread"] = message.IsUnread,
                ["isErased"] = message.IsErased,
                ["isViewOnce"] = message.IsViewOnce,
                ["isPinned"] = message.IsPinned,
                ["expireTimer"] = message.ExpireTimer,
                ["storyId"] = message.StoryId,
            };
            if (message.Quote is { } quote)
            {
                shape["quote"] = new JsonObject
                {
                    ["sentAt"] = quote.SentAt.UnixMilliseconds,
                    ["author"] = Of(quote.Author),
                    ["text"] = quote.Text,
                    ["ranges"] = Ranges(quote.Ranges),
                    ["attachments"] = Array(quote.Attachments, attachment => new JsonObject
                    {
                        ["contentType"] = attachment.ContentType,
                        ["fileName"] = attachment.FileName,
                        ["thumbnail"] = attachment.Path is null ? null : State(attachment, archive).Sha256,
                    }),
                    ["isViewOnce"] = quote.IsViewOnce,
                    ["messageId"] = quote.MessageId,
                };
            }

            Add(shape, "reactions", message.Reactions, reaction => new JsonObject
            {
                ["emoji"] = reaction.Emoji,
                ["sender"] = Of(reaction.Sender),
                ["sentAt"] = reaction.SentAt.UnixMilliseconds,
            });
            Add(shape, "attachments", message.Attachments, attachment => Of(attachment, archive));
            Add(shape, "edits", message.Edits, edit => new JsonObject
            {
                ["sentAt"] = edit.SentAt.UnixMilliseconds,
                ["body"] = edit.Body,
                ["ranges"] = Ranges(edit.Ranges),
                ["attachments"] = Array(edit.Attachments, attachment => Of(attachment, archive)),
            });
            Add(shape, "previews", message.Previews, preview => new JsonObject
            {
                ["url"] = preview.Url,
                ["title"] = preview.Title,
                ["description"] = preview.Description,
                ["image"] = preview.Image is null ? null : Of(preview.Image, archive),
            });
            Add(shape, "contacts", message.Contacts, contact => new JsonObject
            {
                ["name"] = contact.Name,
                ["numbers"] = Array(contact.Numbers, number => JsonValue.Create(number)),
                ["emails"] = Array(contact.Emails, email => JsonValue.Create(email)),
                ["organization"] = contact.Organization,
            });
            if (message.Sticker is { } sticker)
            {
                shape["sticker"] = new JsonObject
                {
                    ["packId"] = sticker.PackId,
                    ["stickerId"] = sticker.StickerId,
                    ["emoji"] = sticker.Emoji,
                    ["image"] = sticker.Image is null ? null : Of(sticker.Image, archive),
                };
            }

            if (message.Poll is { } poll)
            {
                shape["poll"] = new JsonObject
                {
                    ["question"] = poll.Question,
                    ["options"] = Array(poll.Options,
                        option => new JsonObject { ["text"] = option.Text, ["voters"] = Array(option.Voters, Of) }),
                    ["allowsMultiple"] = poll.AllowsMultiple,
                    ["isClosed"] = poll.IsClosed,
                };
            }

            if (message.Call is { } call)
            {
                shape["call"] = new JsonObject
                {
                    ["mode"] = call.Mode,
                    ["medium"] = call.Medium,
                    ["status"] = call.Status,
                    ["startedAt"] = call.StartedAt?.UnixMilliseconds,
                    ["endedAt"] = call.EndedAt?.UnixMilliseconds,
                };
            }

            return shape;
        }

        private static JsonObject Of(Attachment attachment, ConversationArchive archive)
        {
            var (state, sha256) = State(attachment, archive);
            return new JsonObject
            {
                ["contentType"] = attachment.ContentType,
                ["fileName"] = attachment.FileName,
                ["size"] = attachment.Size,
                ["width"] = attachment.Width,
                ["height"] = attachment.Height,
                ["caption"] = attachment.Caption,
                ["isVoiceMessage"] = attachment.IsVoiceMessage,
                ["path"] = attachment.Path,
                ["version"] = attachment.Version == 2 ? 2 : 1,
                ["state"] = state,
                ["sha256"] = sha256,
            };
        }

        private static (string State, string? Sha256) State(Attachment attachment, ConversationArchive archive)
        {
            if (attachment.Path is null)
            {
                return ("pending", null);
            }

            try
            {
                using var stream = archive.OpenAttachment(attachment);
                return stream is null ? ("missing", null) : ("present", Convert.ToHexStringLower(SHA256.HashData(stream)));
            }
            catch (ArchiveException e)
            {
                return (e.Message.Contains("leads out", StringComparison.Ordinal) ? "escaping" : "tampered", null);
            }
        }

        private static JsonNode Time(Timestamp time) => time.UnixMilliseconds is > 9_007_199_254_740_991 or < -9_007_199_254_740_991
            ? JsonValue.Create($"{time.UnixMilliseconds}")
            : JsonValue.Create(time.UnixMilliseconds);

        private static JsonArray Ranges(IReadOnlyList<BodyRange> ranges) => Array(ranges, range =>
        {
            var shape = new JsonObject { ["start"] = range.Start, ["length"] = range.Length, ["style"] = range.Style.ToString() };
            if (range.Mention is not null)
            {
                shape["mention"] = Of(range.Mention);
            }

            return shape;
        });

        private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> shape) => new([.. items.Select(shape)]);

        private static void Add<T>(JsonObject target, string name, IReadOnlyList<T> items, Func<T, JsonNode?> shape)
        {
            if (items.Count > 0)
            {
                target[name] = Array(items, shape);
            }
        }
    }
}
