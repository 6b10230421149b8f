using Fluister.Protocol;
using Fluister.Protocol.Encoding;

namespace Fluister.Tests.Protocol.Encoding;

/// <summary>The reader and writer of protocol buffers; the encodings of the first test are the documentation's own examples.</summary>
public sealed class ProtoTests
{
    [Theory]
    [InlineData("089601", 150UL)]
    [InlineData("0800", 0UL)]
    [InlineData("08ffffffffffffffffff01", ulong.MaxValue)]
    public void A_varint_field_is_read_and_written(string hex, ulong value)
    {
        var reader = new ProtoReader(Convert.FromHexString(hex));
        Assert.True(reader.Next());
        Assert.Equal(1u, reader.Field);
        Assert.Equal(value, reader.UInt64());
        Assert.False(reader.Next());

        using var writer = new ProtoWriter(1);
        writer.UInt64(1, value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.Written));
    }

    [Fact]
    public void Every_kind_of_field_comes_back()
    {
        using var writer = new ProtoWriter(1);
        writer.Bytes(1, "testing"u8);
        writer.Fixed64(2, 0x0102030405060708);
        writer.NonZero(3, 0);
        writer.NonEmpty(4, []);
        writer.Message(5, 7UL, (inner, value) => inner.UInt64(1, value));

        var reader = new ProtoReader(writer.Written);
        Assert.True(reader.Next());
        Assert.Equal("testing"u8, reader.Bytes());
        Assert.True(reader.Next());
        Assert.Equal(0x0102030405060708UL, reader.Fixed64());
        Assert.True(reader.Next());
        Assert.Equal(5u, reader.Field);
        var inner = new ProtoReader(reader.Bytes());
        Assert.True(inner.Next());
        Assert.True(inner.UInt32() == 7 && !inner.Next() && !reader.Next());
    }

    [Fact]
    public void Unknown_fields_of_every_type_are_passed_over()
    {
        // Fields 9 as varint, fixed64, bytes, group with a group in it, fixed32; then field 1 = 5.
        var reader = new ProtoReader(Convert.FromHexString("4896014900000000000000004a02ffff4b531005544c4d000000000805"));
        var seen = 0;
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                Assert.Equal(5u, reader.UInt32());
                Assert.Equal(5, seen);
                return;
            }

            seen++;
            reader.Skip();
        }

        Assert.Fail("The last field was not found.");
    }

    [Theory]
    [InlineData("08")] // no value
    [InlineData("0880")] // a varint without an end
    [InlineData("08ffffffffffffffffff02")] // more than 64 bits
    [InlineData("08ffffffffffffffffffff01")] // more than ten bytes
    [InlineData("0a05ff")] // longer than what is there
    [InlineData("0affffffffffffffffff01ff")] // a length of 2^64 - 1
    [InlineData("09ffffff")] // a fixed64 cut short
    [InlineData("0dffffff")] // a fixed32 cut short
    [InlineData("0005")] // field 0
    [InlineData("0e00")] // wire type 6
    [InlineData("0c")] // the end of a group that never began
    [InlineData("0b14")] // the end of another group
    [InlineData("0b0805")] // a group without an end
    public void Malformed_bytes_are_refused(string hex)
    {
        var refused = Assert.Throws<ProtocolException>(() =>
        {
            var reader = new ProtoReader(Convert.FromHexString(hex));
            while (reader.Next())
            {
                reader.Skip();
            }
        });
        Assert.Equal(ProtocolError.Malformed, refused.Error);
    }

    [Theory]
    [InlineData(ProtoReader.GroupDepth, true)]
    [InlineData(ProtoReader.GroupDepth + 1, false)]
    public void Groups_are_nested_to_a_bound(int depth, bool accepted)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0x4b, depth), .. Enumerable.Repeat((byte)0x4c, depth)];
        var read = () =>
        {
            var reader = new ProtoReader(bytes);
            Assert.True(reader.Next());
            reader.Skip();
            return !reader.Next();
        };
        if (accepted)
        {
            Assert.True(read());
        }
        else
        {
            Assert.Equal(ProtocolError.Malformed, Assert.Throws<ProtocolException>(() => read()).Error);
        }
    }

    [Fact]
    public void A_value_of_another_type_is_refused()
    {
        Assert.Throws<ProtocolException>(() =>
        {
            var reader = new ProtoReader([0x08, 0x01]);
            reader.Next();
            reader.Bytes();
        });
    }
}
