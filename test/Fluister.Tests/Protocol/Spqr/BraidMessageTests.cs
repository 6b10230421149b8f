using Fluister.Protocol;
using Fluister.Protocol.Ratchets.Spqr.Braid;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Tests.Protocol.Spqr;

public sealed class BraidMessageTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, Chunk.Bytes).Select(static i => (byte)i)];

    [Theory]
    [InlineData(0, "01010100")]
    [InlineData(4, "01010104")]
    public void Messages_without_a_chunk_have_four_bytes(byte payload, string hex)
    {
        var message = new BraidMessage(1, (BraidPayload)payload, default);
        Assert.Equal(hex, Convert.ToHexStringLower(message.Write(1)));
        Assert.Equal(message, BraidMessage.Read(Convert.FromHexString(hex), out var index));
        Assert.Equal(1u, index);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    public void Messages_with_a_chunk_come_back_as_they_went(byte payload)
    {
        foreach (var epoch in new ulong[] { 1, 127, 128, ulong.MaxValue })
        {
            foreach (var place in new ushort[] { 0, 127, 128, 65_535 })
            {
                foreach (var index in new uint[] { 0, 1, 300, uint.MaxValue })
                {
                    var message = new BraidMessage(epoch, (BraidPayload)payload, new(place, Chunk.Load(Content)));
                    Assert.Equal(message, BraidMessage.Read(message.Write(index), out var read));
                    Assert.Equal(index, read);
                }
            }
        }
    }

    [Fact]
    public void The_bytes_are_version_epoch_index_type_place_and_content()
    {
        var message = new BraidMessage(0x12c, BraidPayload.Ciphertext1, new(0x81, Chunk.Load(Content)));
        Assert.Equal("01ac0203058101" + Convert.ToHexStringLower(Content), Convert.ToHexStringLower(message.Write(3)));
    }

    [Fact]
    public void Longer_numbers_than_need_be_and_bytes_behind_the_end_are_allowed()
    {
        var message = BraidMessage.Read(Convert.FromHexString("01" + "8180808080808080807f" + "8100" + "00" + "ffff"), out var index);
        Assert.Equal(0x8000_0000_0000_0001, message.Epoch);
        Assert.Equal(1u, index);
    }

    [Theory]
    [InlineData("", ProtocolError.PostQuantumMissing)]
    [InlineData("00010100", ProtocolError.PostQuantumMissing)]
    [InlineData("02010100", ProtocolError.UnknownVersion)]
    [InlineData("ff010100", ProtocolError.UnknownVersion)]
    [InlineData("01", ProtocolError.Malformed)]
    [InlineData("0101", ProtocolError.Malformed)]
    [InlineData("010101", ProtocolError.Malformed)]
    [InlineData("01000100", ProtocolError.Malformed)]
    [InlineData("01010107", ProtocolError.Malformed)]
    [InlineData("018101", ProtocolError.Malformed)]
    [InlineData("0101808080801000", ProtocolError.Malformed)]
    [InlineData("01ffffffffffffffffffff010100", ProtocolError.Malformed)]
    [InlineData("0101010180", ProtocolError.Malformed)]
    public void Messages_that_cannot_be_are_refused(string hex, ProtocolError error) =>
        Refused.With(error, () => BraidMessage.Read(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_chunk_that_is_cut_short_or_beyond_all_places_is_refused()
    {
        var message = new BraidMessage(1, BraidPayload.Header, new(0, Chunk.Load(Content))).Write(1);
        for (var i = 0; i < message.Length; i++)
        {
            var error = i == 0 ? ProtocolError.PostQuantumMissing : ProtocolError.Malformed;
            Refused.With(error, () => BraidMessage.Read(message.AsSpan(0, i), out _));
        }

        Refused.With(ProtocolError.Malformed, () => BraidMessage.Read([1, 1, 1, 1, 0x80, 0x80, 4, .. Content], out _));
        Assert.Equal(65_535, BraidMessage.Read([1, 1, 1, 1, 0xff, 0xff, 3, .. Content], out _).Chunk.Index);
    }
}
