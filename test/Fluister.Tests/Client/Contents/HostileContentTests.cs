using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Tests.Client.Contents;

/// <summary>Content that no honest client sends: nothing but a typed error comes of it, and the history stays readable.</summary>
public sealed class HostileContentTests : ContentFixture
{
    private const int Rounds = 1_500;
    private const int Deepest = 6;

    private static readonly string[] _texts =
        ["", "a", "\0", "\ufffc", "\u202e", "PNI:x", Bert.ToString(), Anna.ToString(), "https://example.org/", "👍", "text/x-signal-plain",
         "image/png", "../../etc/passwd", new string('x', 70_000), "\uffff{}\"\\"];

    private readonly Random _random = new(20261122);
    private readonly List<long> _known = [];

    [Fact]
    public void Random_content_of_anybody_is_taken_or_refused_and_never_more()
    {
        Accept(Bert);
        var (taken, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var content = (Content)Draw(Content.Descriptor, 0);
            var timestamp = Clock.Tick();
            Aim(content, timestamp);
            var from = _random.Next(3) switch { 0 => Anna, 1 => Bert, _ => Cleo };
            if (Try(content, timestamp, from))
            {
                taken++;
                _known.Add(timestamp);
            }
            else
            {
                refused++;
            }
        }

        // Both happen, or this test tries nothing.
        Assert.InRange(taken, Rounds / 10, Rounds);
        Assert.InRange(refused, 1, Rounds);
        CheckHistory();
    }

    [Fact]
    public void Changed_bytes_of_real_content_are_parsed_or_refused_and_never_more()
    {
        var data = Data("See \ufffc https://example.org/ now");
        data.Attachments.Add(Pointer());
        data.BodyRanges.Add(new Fluister.Wire.Protos.BodyRange { Start = 4, Length = 1, MentionAci = Cleo.ToString() });
        data.Preview.Add(new Preview { Url = "https://example.org/", Title = "T" });
        data.Quote = new DataMessage.Types.Quote { Id = data.Timestamp, AuthorAci = Bert.ToString(), Text = "?" };
        var original = new Content { DataMessage = data }.ToByteArray();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
            }

            try
            {
                var length = _random.Next(4) == 0 ? _random.Next(bytes.Length) : bytes.Length;
                Try(Content.Parser.ParseFrom(bytes.AsSpan(0, length)), Clock.Tick(), Bert);
            }
            catch (InvalidProtocolBufferException)
            {
                // What the receiver refuses before content is handled.
            }
        }

        CheckHistory();
    }

    [Fact]
    public void Text_without_its_other_half_becomes_text()
    {
        foreach (var text in (string[])["\ud800", "\udc00", "a\ud83d", "\udc4db", "\ud83d\ud83d\udc4d", new string('\ud83d', 10)])
        {
            var clean = CleanText.Of(text)!;
            Assert.Equal(text.Length, clean.Length);
            Assert.Equal(clean, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(clean)));
        }

        Assert.Equal("ab", CleanText.Of("abc", 2));
        Assert.Equal("a", CleanText.Of("a👍", 2));
        Assert.Equal("a👍", CleanText.Of("a👍", 3));
        Assert.Equal("é", CleanText.Start("éé", 3));
        Assert.Equal("👍", CleanText.Start("👍👍", 7));
    }

    [Fact]
    public void Times_that_no_clock_shows_are_refused()
    {
        foreach (var timestamp in (long[])[ClientLimits.LatestTimestamp + 1, long.MaxValue])
        {
            var data = new DataMessage { Body = "When?", Timestamp = (ulong)timestamp };
            var refused = Assert.Throws<ClientException>(() => Take(new Content { DataMessage = data }, timestamp));
            Assert.Equal(ClientError.Malformed, refused.Error);
        }

        var last = new DataMessage { Body = "Late", Timestamp = ClientLimits.LatestTimestamp };
        Assert.NotNull(Take(last));
        Assert.Equal("Late", Archive().Single().Body);
    }

    private bool Try(Content content, long timestamp, ServiceId from)
    {
        try
        {
            return Take(content, timestamp, from, device: 7) is not null;
        }
        catch (ClientException refused)
        {
            Assert.Equal(ClientError.Malformed, refused.Error);
            return false;
        }
    }

    private void CheckHistory()
    {
        using var archive = OpenArchive();
        foreach (var message in archive.Read(Everything, MessageOrder.ByConversation))
        {
            Assert.NotNull(message.ConversationId);
        }

        foreach (var conversation in Store.Conversations.All())
        {
            Assert.NotNull(conversation.Json["id"]);
        }
    }

    // Half of the messages have the time of their envelope, and half of what names a message names one that is there.
    private void Aim(Content content, long timestamp)
    {
        foreach (var data in (DataMessage?[])
            [content.DataMessage, content.EditMessage?.DataMessage, content.SyncMessage?.Sent?.Message,
             content.SyncMessage?.Sent?.EditMessage?.DataMessage])
        {
            if (data is not null && _random.Next(4) != 0)
            {
                data.Timestamp = (ulong)timestamp;
                data.GroupV2 = null;
                data.AdminDelete = null;
                data.GroupCallUpdate = null;
            }
        }

        if (content.SyncMessage?.Sent is { } sent && _random.Next(4) != 0)
        {
            sent.Timestamp = (ulong)timestamp;
            sent.DestinationServiceId = Bert.ToString();
        }
    }

    private IMessage Draw(MessageDescriptor type, int depth)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (_random.Next(depth == 0 ? 2 : 3) != 0 || (field.FieldType == FieldType.Message && depth == Deepest))
            {
                continue;
            }

            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(message);
                for (var count = _random.Next(4); count > 0; count--)
                {
                    list.Add(Value(field, depth));
                }
            }
            else
            {
                field.Accessor.SetValue(message, Value(field, depth));
            }
        }

        return message;
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Draw(field.MessageType, depth + 1),
        FieldType.String => _texts[_random.Next(_texts.Length)],
        FieldType.Bytes => Bytes(),
        FieldType.Bool => _random.Next(2) == 0,
        FieldType.UInt32 => _random.Next(3) switch { 0 => (uint)_random.Next(4), 1 => uint.MaxValue, _ => (uint)_random.Next() },
        FieldType.UInt64 or FieldType.Fixed64 => Number(),
        FieldType.Float => float.NaN,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, _random.Next(3) == 0 ? 99 : _random.Next(4)),
        var other => throw new NotSupportedException(other.ToString()),
    };

    private ulong Number() => _random.Next(4) switch
    {
        0 => ulong.MaxValue,
        1 => (ulong)_random.NextInt64(),
        2 when _known.Count > 0 => (ulong)_known[_random.Next(_known.Count)],
        _ => (ulong)_random.Next(3),
    };

    private ByteString Bytes()
    {
        if (_random.Next(3) == 0)
        {
            return ByteString.CopyFrom((_random.Next(2) == 0 ? Bert : Anna).ToBytes());
        }

        var bytes = new byte[(int[])[0, 1, 16, 17, 32, 33, 64, 5_000] is var lengths ? lengths[_random.Next(lengths.Length)] : 0];
        _random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
