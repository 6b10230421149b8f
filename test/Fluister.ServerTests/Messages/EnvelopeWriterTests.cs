using Fluister.Protocol.Addresses;
using Fluister.Server.Messages;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Messages;

/// <summary>Envelopes are what any reader of the protocol's fields takes them for.</summary>
public sealed class EnvelopeWriterTests
{
    private static readonly Guid Source = Guid.Parse("11112222-3333-4444-5555-666677778888");
    private static readonly Guid Target = Guid.Parse("99990000-1111-2222-3333-444455556666");
    private static readonly Guid Message = Guid.Parse("aaaabbbb-cccc-dddd-eeee-ffff00001111");

    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, true, 130)]
    [InlineData(true, false, 20_000)]
    public void Every_field_is_read_as_it_was_meant(bool isIdentified, bool isStory, int size)
    {
        var content = new byte[size];
        Random.Shared.NextBytes(content);
        var token = new byte[16];
        token.AsSpan().Fill(7);
        var bytes = EnvelopeWriter.Write(
            new EnvelopeHead
            {
                Type = Envelope.Types.Type.PreKey,
                ClientTimestamp = ulong.MaxValue,
                ServerTimestamp = 1_700_000_000_000,
                Source = isIdentified ? ServiceId.Aci(Source) : null,
                SourceDevice = isIdentified ? 200 : 0,
                Destination = ServiceId.Pni(Target),
                Guid = Message,
                ReportSpamToken = token,
                IsUrgent = false,
                IsStory = isStory,
            },
            content);
        var expected = new Envelope
        {
            Type = Envelope.Types.Type.PreKey,
            ClientTimestamp = ulong.MaxValue,
            ServerTimestamp = 1_700_000_000_000,
            DestinationServiceId = ByteString.CopyFrom(ServiceId.Pni(Target).ToBytes()),
            ServerGuid = ByteString.CopyFrom(Message.ToByteArray(bigEndian: true)),
            ReportSpamToken = ByteString.CopyFrom(token),
            Urgent = false,
            Content = ByteString.CopyFrom(content),
        };
        if (isStory)
        {
            expected.Story = true;
        }

        if (isIdentified)
        {
            (expected.SourceServiceId, expected.SourceDevice) = (ByteString.CopyFrom(ServiceId.Aci(Source).ToBytes()), 200);
        }

        Assert.Equal(expected, Envelope.Parser.ParseFrom(bytes));
    }

    [Fact]
    public void What_went_to_many_is_put_into_the_place_of_the_content_wherever_that_is()
    {
        byte[] own = [.. Enumerable.Range(0, 48).Select(value => (byte)value)];
        var shared = new byte[3000];
        shared.AsSpan().Fill(9);
        var envelope = new Envelope { Content = ByteString.CopyFrom(own), ClientTimestamp = 5, ServerGuid = ByteString.CopyFrom(own) };
        var joined = Envelope.Parser.ParseFrom(EnvelopeWriter.Join(envelope.ToByteArray(), shared));
        envelope.Content = ByteString.CopyFrom([0x22, .. own, .. shared]);
        Assert.Equal(envelope, joined);
    }
}
