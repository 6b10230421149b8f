using System.Text;
using System.Text.Json;

namespace Fluister.Tests.SignalDesktop;

/// <summary>Records as Signal Desktop has them, with something wrong in most.</summary>
internal sealed class HostileJson(Random random)
{
    /// <summary>Deeper than the reader goes, so that both sides of its limit are met.</summary>
    private const int DeepestNesting = 80;

    private static readonly string[] Seeds =
    [
        """
        {"body":"hi ￼ and 😀 ￼, look","bodyRanges":[{"start":3,"length":1,"mentionAci":"a"},{"start":12,"length":1,
        "mentionUuid":"e"},{"start":0,"length":9,"style":1},{"start":8,"length":3,"style":3}],"type":"incoming",
        "timestamp":1700000000000,"received_at_ms":1,"source":"+3161","sourceServiceId":"a-aci","readStatus":1,"unread":true,
        "expireTimer":60,"isViewOnce":false,"isErased":false,"deletedForEveryone":false,"storyId":"s","storyReaction":{"emoji":"👍"},
        "storyReplyContext":{"authorAci":"a"}}
        """,
        """
        {"quote":{"id":1,"authorAci":"a","authorUuid":"a","author":"+3161","text":"x ￼ y","messageId":"m","isViewOnce":true,
        "bodyRanges":[{"start":2,"length":1,"mentionAci":"b"}],"attachments":[{"contentType":"image/png","fileName":"f",
        "thumbnail":{"path":"aa/b","size":3,"width":1,"height":2,"version":2,"localKey":"k"}}]},"reactions":[{"emoji":"😀",
        "fromId":"a","timestamp":5},{"fromId":"b","timestamp":6}]}
        """,
        """
        {"attachments":[{"contentType":"image/jpeg","fileName":"a.jpg","caption":"c","path":"ab/cd","localKey":"k","size":10,
        "version":2,"width":3,"height":4,"flags":1,"textAttachment":{"text":"t"},"thumbnail":{"thumbnail":{}}}],
        "bodyAttachment":{"path":"x","size":5},"editHistory":[{"body":"b ￼","timestamp":2,"bodyRanges":[{"start":2,"length":1,
        "mentionAci":"me-aci"},{"start":1,"length":2,"style":5}],"attachments":[{"path":"p"}]},{"body":"a","timestamp":1}]}
        """,
        """
        {"preview":[{"url":"https://x","title":"t","description":"d","image":{"path":"p"}}],"contact":[{"name":{"displayName":"d",
        "givenName":"g","familyName":"f"},"number":[{"value":"1","type":1}],"email":[{"value":"e"}],"organization":"o"}],
        "sticker":{"packId":"p","stickerId":3,"emoji":"🙂","data":{"path":"q"}},"giftBadge":{"level":1},"payment":{"note":"n"}}
        """,
        """
        {"poll":{"question":"q","allowMultiple":true,"terminatedAt":3,"options":["a","b","c"],"votes":[{"fromConversationId":"a",
        "voteCount":1,"optionIndexes":[0,1]},{"fromConversationId":"b","voteCount":2,"optionIndexes":[2,2]},
        {"fromConversationId":"a","voteCount":3,"optionIndexes":[1]}]},"pollTerminateNotification":{"question":"q"},
        "pinMessage":{"targetAuthorAci":"a"}}
        """,
        """
        {"callHistoryDetails":{"callMode":"Direct","creatorUuid":"a","wasIncoming":true,"wasVideoCall":false,"wasDeclined":false,
        "acceptedTime":1,"startedTime":2,"endedTime":3},"callId":"c","expirationTimerUpdate":{"expireTimer":3600,"fromSync":true,
        "source":"+3161","sourceServiceId":"a-aci"},"group_update":{"name":"n","joined":["a"],"left":"b"},"flags":2}
        """,
        """
        {"groupV2Change":{"from":"a-aci","details":[{"type":"title","newTitle":"T"},{"type":"description","description":"D",
        "removed":true},{"type":"member-add","aci":"b","uuid":"b"},{"type":"member-privilege","aci":"b","newPrivilege":2},
        {"type":"pending-add-many","count":3},{"type":"announcements-only","announcementsOnly":true}]},
        "groupMigration":{"droppedMemberIds":[],"invitedMembers":[{"uuid":"x"}]}}
        """,
        """
        {"key_changed":"a","changedId":"b","verifiedChanged":"a","verified":true,"profileChange":{"type":"name","oldName":"o",
        "newName":"n"},"messageRequestResponseEvent":"ACCEPT","titleTransition":{"renderInfo":{"type":"private","title":"t",
        "e164":"+1","username":"u"}},"conversationMerge":{"renderInfo":{"e164":"+2"}},"phoneNumberDiscovery":{"e164":"+3"}}
        """,
        """
        {"id":"c","name":"n","profileName":"p","profileFamilyName":"q","nicknameGivenName":"😀","nicknameFamilyName":"m",
        "systemGivenName":"s","systemFamilyName":"t","username":"u.01","e164":"+316","serviceId":"a-aci","uuid":"u","pni":"PNI:x",
        "active_at":1,"isArchived":true,"expireTimer":5,"avatar":{"path":"p"},"profileAvatar":{"path":"q"},"membersV2":[{"aci":"a"},
        {"uuid":"b"},{"serviceId":"c"}],"value":"v"}
        """,
    ];

    private static readonly string[] Numbers =
    [
        "0", "-1", "1", "2", "1.5", "-0.0",
        "1e5", "1e308", "-1e308", "1e999", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "18446744073709551616", "1700000000000", "253402300800000", new string('9', 400),
    ];

    private static readonly string[] Texts =
    [
        "", "a", "b", "e", "me-aci", "long", "+3161", "￼", "￼￼￼", "😀", @"\ud83d", @"\ude00", @"\ud83d\ude00", @"\ude00\ud83d",
        @"\u0000", @"\u202e",
        "<script>", @"\\", @"\""", "\u0000", "\u0001", "12", "-9", "incoming", "group",
    ];

    private readonly StringBuilder _json = new();

    /// <summary>One record; its structure first, then its bytes.</summary>
    public byte[] Record()
    {
        using var seed = JsonDocument.Parse(Seeds[random.Next(Seeds.Length)]);
        Write(seed.RootElement, 0);
        var json = Encoding.UTF8.GetBytes(_json.ToString());
        return random.Next(4) == 0 ? Bytes(json) : json;
    }

    private byte[] Bytes(byte[] json)
    {
        byte[][] broken = [[0xFF], [0xC3], [0xED, 0xA0, 0xBD], [0xF0, 0x9F], [0xC0, 0x80], [0], [(byte)'"'], [(byte)'}'], [(byte)'\\']];
        var at = random.Next(json.Length + 1);
        return random.Next(4) switch
        {
            0 => json[..at],
            1 => [.. json[..at], .. broken[random.Next(broken.Length)], .. json[at..]],
            2 => [.. json[..at], .. broken[random.Next(broken.Length)], .. json[Math.Min(json.Length, at + 1)..]],
            _ => [.. json, .. json],
        };
    }

    private void Write(JsonElement value, int depth)
    {
        if (random.Next(12) == 0)
        {
            WriteOther(depth);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var properties = value.EnumerateObject().ToList();
                for (var i = random.Next(8) == 0 ? random.Next(3) : 0; i > 0; i--)
                {
                    List<JsonProperty> again = [.. properties.Skip(random.Next(properties.Count + 1)).Take(1)];
                    properties.InsertRange(random.Next(properties.Count + 1), again);
                }

                WriteAll('{', '}', properties, property =>
                {
                    _json.Append('"').Append(property.Name).Append("\":");
                    Write(property.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                var elements = value.EnumerateArray().ToList();
                var times = random.Next(10) == 0 ? random.Next(200) : 1;
                WriteAll('[', ']', Enumerable.Repeat(elements, times).SelectMany(all => all), element => Write(element, depth + 1));
                break;
            case JsonValueKind.Number when random.Next(3) == 0: _json.Append(Numbers[random.Next(Numbers.Length)]); break;
            case JsonValueKind.String when random.Next(4) == 0: WriteText(); break;
            default: _json.Append(value.GetRawText()); break;
        }
    }

    private void WriteAll<T>(char open, char close, IEnumerable<T> all, Action<T> write)
    {
        _json.Append(open);
        var start = _json.Length;
        foreach (var one in all)
        {
            if (_json.Length > start)
            {
                _json.Append(',');
            }

            write(one);
        }

        _json.Append(close);
    }

    /// <summary>A value of a kind that does not belong there.</summary>
    private void WriteOther(int depth)
    {
        switch (random.Next(8))
        {
            case 0: _json.Append("null"); break;
            case 1: _json.Append("true"); break;
            case 2: _json.Append(Numbers[random.Next(Numbers.Length)]); break;
            case 3: WriteText(); break;
            case 4: _json.Append("{}"); break;
            case 5: _json.Append("[]"); break;
            case 6:
                var levels = random.Next(DeepestNesting);
                var inner = random.Next(2) == 0 ? "{\"thumbnail\":" : "[";
                _json.Insert(_json.Length, inner, levels).Append('1').Insert(_json.Length, inner == "[" ? "]" : "}", levels);
                break;
            default:
                using (var other = JsonDocument.Parse(Seeds[random.Next(Seeds.Length)]))
                {
                    if (depth < 3)
                    {
                        Write(other.RootElement, depth + 1);
                    }
                    else
                    {
                        _json.Append("false");
                    }
                }

                break;
        }
    }

    private void WriteText()
    {
        _json.Append('"');
        if (random.Next(100) == 0)
        {
            _json.Insert(_json.Length, Texts[random.Next(Texts.Length)] is { Length: > 0 } unit ? unit : "x", 1_000_000 / 8);
        }
        else
        {
            for (var i = random.Next(4); i >= 0; i--)
            {
                _json.Append(Texts[random.Next(Texts.Length)]);
            }
        }

        _json.Append('"');
    }
}
