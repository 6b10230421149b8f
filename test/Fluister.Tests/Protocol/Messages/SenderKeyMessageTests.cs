using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Tests.Protocol.SenderKeys;

namespace Fluister.Tests.Protocol.Messages;

public sealed class SenderKeyMessageTests
{
    private static readonly SeededRandom Random = new(7);
    private static readonly Guid Distribution = Guid.Parse("d1d1d1d1-7000-11eb-b32a-33b8a8a487a6");
    private static readonly KeyPair Signing = KeyPair.Generate(Random);

    [Fact]
    public void A_message_reads_as_it_was_written()
    {
        var ciphertext = Random.Bytes(48);
        var message = new SenderKeyMessage(Distribution, 3, 0x7fff_ffff, 300, ciphertext, Signing.Private, Random);
        var read = SenderKeyMessage.Parse(message.Serialized);
        Assert.Equal(0x33, message.Serialized[0]);
        Assert.Equal((Distribution, 0x7fff_ffffu, 300u), (read.DistributionId, read.ChainId, read.Iteration));
        Assert.Equal(ciphertext, read.Ciphertext);
        Assert.Equal(ciphertext, message.Ciphertext);
        Assert.Equal(message.Serialized, read.Serialized);
        Assert.Equal(CiphertextMessageType.SenderKey, read.Type);
        Assert.True(read.Verify(Signing.Public));
        Assert.False(read.Verify(KeyPair.Generate(Random).Public));
    }

    [Fact]
    public void A_distribution_message_reads_as_it_was_written()
    {
        var chainKey = Random.Bytes(32);
        var message = new SenderKeyDistributionMessage(Distribution, 3, 9, 0, chainKey, Signing.Public);
        var read = SenderKeyDistributionMessage.Parse(message.Serialized);
        Assert.Equal((Distribution, 9u, 0u), (read.DistributionId, read.ChainId, read.Iteration));
        Assert.Equal(chainKey, read.ChainKey);
        Assert.Equal(Signing.Public, read.SigningKey);
        Assert.Equal(message.Serialized, read.Serialized);
    }

    [Theory]
    [InlineData(0x03, ProtocolError.LegacyVersion)]
    [InlineData(0x23, ProtocolError.LegacyVersion)]
    [InlineData(0x43, ProtocolError.UnknownVersion)]
    [InlineData(0xf3, ProtocolError.UnknownVersion)]
    public void Other_versions_are_refused(byte version, ProtocolError error)
    {
        var message = new SenderKeyMessage(Distribution, 3, 1, 1, new byte[16], Signing.Private, Random).Serialized.ToArray();
        var distribution = new SenderKeyDistributionMessage(Distribution, 3, 1, 1, new byte[32], Signing.Public).Serialized.ToArray();
        message[0] = distribution[0] = version;
        Refused.With(error, () => SenderKeyMessage.Parse(message));
        Refused.With(error, () => SenderKeyDistributionMessage.Parse(distribution));
    }

    [Fact]
    public void What_lacks_a_part_is_malformed()
    {
        var message = new SenderKeyMessage(Distribution, 3, 1, 1, new byte[16], Signing.Private, Random).Serialized.ToArray();
        var distribution = new SenderKeyDistributionMessage(Distribution, 3, 1, 1, new byte[32], Signing.Public).Serialized.ToArray();
        for (var length = 0; length < 40; length++)
        {
            byte[] cut = [.. message.AsSpan(0, length), .. message.AsSpan(message.Length - 64)];
            Refused.With(ProtocolError.Malformed, () => SenderKeyMessage.Parse(cut));
        }

        Assert.Equal(0, SenderKeyRecordTests.Truncations(distribution, bytes => SenderKeyDistributionMessage.Parse(bytes)));
        Refused.With(ProtocolError.Malformed, () => SenderKeyMessage.Parse(new byte[Limits.MessageBytes + 1]));
        Refused.With(ProtocolError.Malformed, () => SenderKeyDistributionMessage.Parse(new byte[Limits.MessageBytes + 1]));
    }

    [Fact]
    public void A_chain_key_or_signing_key_of_another_length_or_type_is_refused()
    {
        var shortKey = new SenderKeyDistributionMessage(Distribution, 3, 1, 1, new byte[31], Signing.Public).Serialized.ToArray();
        Refused.With(ProtocolError.Malformed, () => SenderKeyDistributionMessage.Parse(shortKey));
        var wrongType = new SenderKeyDistributionMessage(Distribution, 3, 1, 1, new byte[32], Signing.Public).Serialized.ToArray();
        wrongType[^33] = 6;
        Refused.With(ProtocolError.BadKey, () => SenderKeyDistributionMessage.Parse(wrongType));
    }
}
