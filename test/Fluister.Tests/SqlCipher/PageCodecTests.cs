using Fluister.SqlCipher;

namespace Fluister.Tests.SqlCipher;

public sealed unsafe class PageCodecTests
{
    private const int Size = PageCodec.PageSize;
    private static readonly byte[] Key = Bytes(32, 1);
    private static readonly byte[] Salt = Bytes(16, 2);
    private static readonly byte[] MacKey = ReferencePage.MacKey(Key, Salt);

    /// <summary>Every way through the code: no intrinsics, one page at a time, four lanes, eight lanes.</summary>
    public static TheoryData<bool, int> Paths => new() { { false, 0 }, { true, 0 }, { true, 4 }, { true, 8 } };

    [Theory]
    [MemberData(nameof(Paths))]
    public void Pages_of_the_reference_are_authentic_and_decrypted(bool intrinsics, int lanes)
    {
        using var codec = new PageCodec(Key, Salt, intrinsics, lanes);
        foreach (uint number in new uint[] { 1, 2, 3, 255, 256, 65536, 0x01020304, uint.MaxValue })
        {
            byte[] plain = Bytes(Size, (int)number);
            byte[] page = Seal(plain, number);
            byte[] into = Bytes(Size, 77);
            Assert.True(codec.Verify(page, number));
            Assert.False(codec.Verify(page, number ^ 0x01000000));
            codec.Decrypt(page, number, into);
            Assert.Equal(ReferencePage.Open(page, number, Key, MacKey), into);
            Assert.True(plain.AsSpan(16, 4000).SequenceEqual(into.AsSpan(16, 4000)));
        }
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(0x01020304u)]
    public void A_page_that_is_encrypted_is_what_the_reference_opens_and_looks_new_each_time(uint number)
    {
        using var codec = new PageCodec(Key, Salt);
        byte[] plain = Bytes(Size, 5);
        byte[] page = new byte[Size];
        byte[] again = new byte[Size];
        byte[] into = new byte[Size];
        codec.Encrypt(plain, number, page);
        codec.Encrypt(plain, number, again);
        Range iv = PageCodec.CipherEnd..(PageCodec.CipherEnd + PageCodec.BlockSize);
        Assert.False(page.AsSpan(iv).SequenceEqual(again.AsSpan(iv)));
        Assert.False(page.AsSpan(16, 16).SequenceEqual(again.AsSpan(16, 16)));
        Assert.Equal(number == 1, page.AsSpan(0, 16).SequenceEqual(Salt));
        codec.Decrypt(page, number, into);
        Assert.Equal(ReferencePage.Open(page, number, Key, MacKey), into);
        Assert.True(plain.AsSpan(16, 4000).SequenceEqual(into.AsSpan(16, 4000)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_count_of_pages_and_every_mix_of_bad_ones_gives_the_same_marks(bool intrinsics, int lanes)
    {
        using var codec = new PageCodec(Key, Salt, intrinsics, lanes);
        for (int count = 1; count <= PageCodec.Batch; count++)
        {
            for (int round = 0; round < 32; round++)
            {
                int bad = (round * 0x9D) & ((1 << count) - 1);
                byte[] pages = new byte[count * Size];
                uint[] numbers = new uint[count];
                uint expected = 0;
                for (int i = 0; i < count; i++)
                {
                    // A page 1 and a page of zeros among the others.
                    numbers[i] = i == round % 9 ? 1 : (uint)((round * 100) + i + 2);
                    byte[] page = i == (round + 3) % 11 ? new byte[Size] : Seal(Bytes(Size, (round * 8) + i), numbers[i]);
                    if ((bad >> i & 1) != 0)
                    {
                        page[(round * 131) + (i * 17)] ^= 0x20;
                    }

                    bool salted = numbers[i] == 1 && (round * 131) + (i * 17) < 16 && page.AsSpan(16).ContainsAnyExcept((byte)0);
                    expected |= (bad >> i & 1) == 0 || salted ? 1u << i : 0;
                    page.CopyTo(pages, i * Size);
                }

                fixed (byte* from = pages)
                {
                    Assert.Equal(expected, codec.Verify(from, numbers));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_change_of_any_byte_is_found(bool intrinsics, int lanes)
    {
        using var codec = new PageCodec(Key, Salt, intrinsics, lanes);
        byte[] pages = new byte[2 * Size];
        Seal(Bytes(Size, 5), 9).CopyTo(pages, 0);
        Seal(Bytes(Size, 6), 10).CopyTo(pages, Size);
        fixed (byte* from = pages)
        {
            Assert.Equal(3u, codec.Verify(from, [9, 10]));
            Assert.Equal(0u, codec.Verify(from, [10, 9]));
            for (int at = 0; at < Size; at++)
            {
                pages[Size + at] ^= (byte)(1 << (at & 7));
                Assert.Equal(1u, codec.Verify(from, [9, 10]));
                pages[Size + at] ^= (byte)(1 << (at & 7));
            }
        }
    }

    [Fact]
    public void A_page_of_zeros_is_an_empty_page_and_one_bit_more_is_not()
    {
        using var codec = new PageCodec(Key, Salt);
        byte[] page = new byte[Size];
        byte[] into = Bytes(Size, 3);
        Assert.True(codec.Verify(page, 5));
        codec.Decrypt(page, 5, into);
        Assert.Equal(new byte[Size], into);
        page[4095] = 1;
        Assert.False(codec.Verify(page, 5));
    }

    [Fact]
    public void Another_key_or_salt_authenticates_nothing()
    {
        byte[] page = Seal(Bytes(Size, 5), 9);
        using var otherKey = new PageCodec(Bytes(32, 3), Salt);
        using var otherSalt = new PageCodec(Key, Bytes(16, 3));
        Assert.False(otherKey.Verify(page, 9));
        Assert.False(otherSalt.Verify(page, 9));
    }

    private static byte[] Seal(byte[] plain, uint number) =>
        ReferencePage.Seal(plain, number, Key, MacKey, Salt, Bytes(16, (int)number + 7));

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
