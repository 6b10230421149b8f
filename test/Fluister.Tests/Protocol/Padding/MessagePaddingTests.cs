using Fluister.Protocol;
using Fluister.Protocol.Padding;

namespace Fluister.Tests.Protocol.Padding;

public sealed class MessagePaddingTests
{
    [Fact]
    public void Padding_is_that_of_the_second_implementation()
    {
        foreach (var item in Golden.Read("application").GetProperty("padding").EnumerateArray())
        {
            Assert.Equal(item.Bytes("output"), MessagePadding.Pad(item.Bytes("content")));
        }
    }

    [Theory]
    [InlineData(0, 79)]
    [InlineData(78, 79)]
    [InlineData(79, 159)]
    [InlineData(158, 159)]
    [InlineData(159, 239)]
    public void A_padded_message_lacks_one_byte_of_whole_blocks(int length, int padded) =>
        Assert.Equal(padded, MessagePadding.Pad(new byte[length]).Length);

    [Fact]
    public void Content_of_any_length_comes_back_even_where_it_ends_like_padding()
    {
        var random = new SeededRandom(1);
        for (var length = 0; length < 400; length++)
        {
            var content = random.Bytes(length);
            if (length > 2)
            {
                content[^1] = (byte)(length % 2 * 0x80);
                content[^2] = 0x80;
            }

            Assert.Equal(content, MessagePadding.Unpad(MessagePadding.Pad(content)).ToArray());
        }
    }

    [Fact]
    public void Padding_of_another_length_is_accepted()
    {
        Assert.Equal([7], MessagePadding.Unpad([7, 0x80]).ToArray());
        Assert.Equal([7], MessagePadding.Unpad([7, 0x80, .. new byte[1000]]).ToArray());
        Assert.Empty(MessagePadding.Unpad([0x80]).ToArray());
    }

    [Fact]
    public void Padding_without_its_first_byte_is_refused()
    {
        foreach (byte[] bytes in new byte[][] { [], [0], new byte[80], [1, 2, 3], [0x80, 1, 0] })
        {
            Refused.With(ProtocolError.Malformed, () => MessagePadding.Unpad(bytes));
        }
    }
}
