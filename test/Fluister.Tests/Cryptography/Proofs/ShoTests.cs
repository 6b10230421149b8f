using Fluister.Cryptography.Proofs;

namespace Fluister.Tests.Cryptography.Proofs;

/// <summary>The constants of libsignal's poksho/shohmacsha256.rs and shosha256.rs (test_vectors).</summary>
public sealed class ShoTests
{
    private static readonly int[] Lengths = [63, 64, 65, 127, 128, 129];

    public static TheoryData<bool, string, string> Published { get; } = new()
    {
        {
            true,
            "392cb9449373037fa0c11aebed69cca3b7d3bc9790878f341729c65d5506442f04986cb5c9098f277c3ea640a4dc6e90"
                + "372b433a90af9aea7072eaba3398c4fe7a",
            "c5c13bcc6596c25fc4514eac9269dd6e3e57ef70f4bfb8d67fd3082ed9732d7790d8d2686f19eb2533a65c94bb8ceda0"
                + "a068e1b615c81bb26e411889da9fb7"
        },
        {
            false,
            "ebe4ef29e18aa54137edd89c23f8bfeac2731c9f675da20e7c67d5ad68d7ee2d40a45232b599552d46b520082fb27059"
                + "71f07b3158b072b63ab0934a05e6af6448",
            "0ddeea973f3210f7725a3cdb2473f873aeab8feb32b80dee67f0cde7954e929a4e787aefee6dbe91d3fff1621aab8d0d"
                + "29194f8af986d6f357add0150df7d9"
        },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Output_of_an_absorbed_text_is_as_published(bool isHmac, string output, string _)
    {
        foreach (var length in new[] { 64, 65 })
        {
            var sho = Make(isHmac, "asd"u8);
            sho.AbsorbAndRatchet("asdasd"u8);
            Assert.Equal(output[..(2 * length)], Squeeze(sho, length));
        }
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Output_after_many_inputs_and_outputs_around_the_block_is_as_published(bool isHmac, string _, string output)
    {
        var sho = Make(isHmac, ""u8);
        sho.AbsorbAndRatchet("abc"u8);
        foreach (var length in Lengths)
        {
            sho.AbsorbAndRatchet(new byte[length]);
        }

        foreach (var length in Lengths)
        {
            Squeeze(sho, length);
        }

        sho.AbsorbAndRatchet("def"u8);
        Assert.Equal(output, Squeeze(sho, 63));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_input_may_come_in_parts(bool isHmac)
    {
        var (whole, parts) = (Make(isHmac, "label"u8), Make(isHmac, "label"u8));
        var input = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        whole.AbsorbAndRatchet(input);
        for (var i = 0; i < input.Length; i += 7)
        {
            parts.Absorb(input.AsSpan(i, Math.Min(7, input.Length - i)));
        }

        parts.Ratchet();
        parts.Ratchet();
        Assert.Equal(Squeeze(whole, 100), Squeeze(parts, 100));
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var sho = new ShoHmacSha256("label"u8);
        var copy = sho.Copy();
        copy.AbsorbAndRatchet("more"u8);
        var other = sho.Copy();
        Assert.NotEqual(Squeeze(copy, 32), Squeeze(sho, 32));
        Assert.Equal(Squeeze(new ShoHmacSha256("label"u8), 32), Squeeze(other, 32));
    }

    [Fact]
    public void Output_and_copies_wait_for_the_end_of_the_input()
    {
        var sho = new ShoSha256("label"u8);
        sho.Absorb(""u8);
        Assert.Throws<InvalidOperationException>(() => Squeeze(sho, 1));
        Assert.Throws<InvalidOperationException>(() => sho.Copy());
    }

    private static Sho Make(bool isHmac, ReadOnlySpan<byte> label) => isHmac ? new ShoHmacSha256(label) : new ShoSha256(label);

    private static string Squeeze(Sho sho, int length)
    {
        var output = new byte[length];
        sho.SqueezeAndRatchet(output);
        return Convert.ToHexStringLower(output);
    }
}
