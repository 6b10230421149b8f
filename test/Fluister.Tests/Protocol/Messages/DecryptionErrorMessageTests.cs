using Fluister.Protocol;
using Fluister.Protocol.Messages;
using Fluister.Tests.Protocol.SenderKeys;

namespace Fluister.Tests.Protocol.Messages;

public sealed class DecryptionErrorMessageTests
{

    [Fact]
    public void A_report_on_a_sender_key_message_names_no_ratchet_key()
    {
        var report = DecryptionErrorMessage.For(CiphertextMessageType.SenderKey, [], 1_700_000_000_000, 5);
        var read = DecryptionErrorMessage.Parse(report.Serialized);
        Assert.Null(read.RatchetKey);
        Assert.Equal((1_700_000_000_000UL, 5u), (read.Timestamp, read.Device));
        Assert.Equal("1080d095ffbc311805", Convert.ToHexStringLower(report.Serialized));
    }

    [Fact]
    public void A_report_on_a_session_s_message_names_its_ratchet_key()
    {
        var golden = Golden.Read("sealed");
        foreach (var content in golden.GetProperty("contents").EnumerateArray())
        {
            var type = (CiphertextMessageType)content.GetProperty("type").GetInt32();
            var original = content.Bytes("bytes");
            var report = DecryptionErrorMessage.For(type, original, 408, 5);
            var expected = type == CiphertextMessageType.PreKey
                ? PreKeySignalMessage.Parse(original).Message.RatchetKey
                : SignalMessage.Parse(original).RatchetKey;
            Assert.Equal(expected, report.RatchetKey);
            Assert.Equal(expected, DecryptionErrorMessage.Parse(report.Serialized).RatchetKey);
        }
    }

    [Fact]
    public void Plain_text_needs_no_report() =>
        Assert.Throws<ArgumentException>(() => DecryptionErrorMessage.For(CiphertextMessageType.Plaintext, [0xc0], 1, 1));

    [Fact]
    public void A_message_that_cannot_be_read_cannot_be_reported() =>
        Refused.With(ProtocolError.Malformed, () => DecryptionErrorMessage.For(CiphertextMessageType.Signal, [0x44], 1, 1));

    [Fact]
    public void Plain_content_carries_a_report()
    {
        var report = DecryptionErrorMessage.For(CiphertextMessageType.SenderKey, [], 408, 5);
        var content = new PlaintextContent(report);
        Assert.Equal("c04205109803180580", Convert.ToHexStringLower(content.Serialized));
        var read = PlaintextContent.Parse(content.Serialized);
        Assert.Equal(CiphertextMessageType.Plaintext, read.Type);
        Assert.Equal(content.Serialized, read.Serialized);
        Assert.Equal(report.Serialized, read.Report().Serialized);
        Assert.Equal(report.Serialized, PlaintextContent.Parse([.. content.Serialized, 0, 0, 0]).Report().Serialized);
    }

    [Fact]
    public void Content_that_must_be_encrypted_is_not_taken_for_plain_content()
    {
        Refused.With(ProtocolError.UnknownVersion, () => PlaintextContent.Parse([0x0a, 0x01, 0x00, 0x80]));
        Refused.With(ProtocolError.Malformed, () => PlaintextContent.Parse([]));

        // A data message (field 1) where only a report (field 8) may be.
        Refused.With(ProtocolError.Malformed, () => PlaintextContent.Parse([0xc0, 0x0a, 0x00, 0x80]).Report());
    }

    [Fact]
    public void The_end_of_plain_content_must_be_marked()
    {
        Refused.With(ProtocolError.Malformed, () => PlaintextContent.Parse([0xc0]).Report());
        Refused.With(ProtocolError.Malformed, () => PlaintextContent.Parse([0xc0, 0x42, 0x02, 0x10, 0x01]).Report());
    }

    [Fact]
    public void What_is_cut_off_is_never_a_crash()
    {
        var report = DecryptionErrorMessage.For(CiphertextMessageType.SenderKey, [], ulong.MaxValue, uint.MaxValue);
        var content = new PlaintextContent(report).Serialized.ToArray();
        Assert.Equal(0, SenderKeyRecordTests.Truncations(content, bytes => PlaintextContent.Parse(bytes).Report()));
        Refused.With(ProtocolError.Malformed, () => DecryptionErrorMessage.Parse([]));
        Refused.With(ProtocolError.BadKey, () => DecryptionErrorMessage.Parse([0x0a, 0x01, 0x05, 0x10, 0x01]));
    }
}
