using System.Numerics;
using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class XEdDsaTests
{
    // libsignal, rust/core/src/curve/curve25519.rs, test_signature.
    private static readonly byte[] Key = Convert.FromHexString("c097248412e58bf05df487968205132794178e367637f5818f81e0e6ce73e865");
    private static readonly byte[] Public = Convert.FromHexString("ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64");
    private static readonly byte[] Message = Convert.FromHexString("05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a");
    private static readonly byte[] Signature = Convert.FromHexString(
        "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb"
        + "ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88");

    private static readonly BigInteger Order =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);

    [Fact]
    public void The_signature_in_libsignals_tests_verifies()
    {
        Assert.Equal(Public, X25519.PublicKey(Key));
        Assert.True(XEdDsa.Verify(Public, Message, Signature));
    }

    [Fact]
    public void No_bit_of_a_signature_may_change()
    {
        for (var bit = 0; bit < 8 * Signature.Length; bit++)
        {
            var changed = Signature.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(XEdDsa.Verify(Public, Message, changed), $"Bit {bit}.");
        }
    }

    [Fact]
    public void A_signature_is_of_its_key_and_its_message()
    {
        var random = new Random(2026_11_22);
        var (key, message, nonce, signature) = (new byte[32], new byte[100], new byte[XEdDsa.RandomBytes], new byte[64]);
        for (var round = 0; round < 20; round++)
        {
            random.NextBytes(key);
            random.NextBytes(message);
            random.NextBytes(nonce);
            XEdDsa.Sign(key, message, nonce, signature);
            var publicKey = X25519.PublicKey(key);
            Assert.True(XEdDsa.Verify(publicKey, message, signature));
            Assert.False(XEdDsa.Verify(publicKey, message.AsSpan(1), signature));
            Assert.False(XEdDsa.Verify(Public, message, signature));
        }
    }

    [Fact]
    public void S_may_be_above_the_order_but_not_above_2_to_the_253()
    {
        // As libsignal has it: it looks at the three highest bits only, and reduces what is left.
        for (var times = 0; times <= 7; times++)
        {
            var changed = Signature.ToArray();
            var sign = changed[63] & 0x80;
            var s = new BigInteger(changed.AsSpan(32), isUnsigned: true) - (sign == 0 ? 0 : BigInteger.Pow(2, 255));
            s += times * Order;
            s.TryWriteBytes(changed.AsSpan(32), out var written, isUnsigned: true);
            changed.AsSpan(32 + written).Clear();
            changed[63] |= (byte)sign;
            Assert.Equal(s < BigInteger.Pow(2, 253), XEdDsa.Verify(Public, Message, changed));
            Assert.Equal(times <= 1, s < BigInteger.Pow(2, 253));
        }
    }

    [Fact]
    public void A_public_key_has_other_encodings()
    {
        // u = 9 is the key of the private key 1, which no clamped key is: so the signature is made by hand.
        var (nine, signature, encoded) = (new byte[32], new byte[64], new byte[32]);
        nine[0] = 9;
        var r = Scalar25519.From(123456789);
        EdwardsPoint.MultiplyBase(r).Encode(signature.AsSpan(0, 32));
        EdwardsPoint.Base.Encode(encoded);
        var hash = SHA512.HashData([.. signature.AsSpan(0, 32), .. encoded, .. Message]);
        (r + Scalar25519.Reduce(hash)).Encode(signature.AsSpan(32));
        Assert.True(XEdDsa.Verify(nine, Message, signature));
        Assert.True(XEdDsa.Verify(
            Convert.FromHexString("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), Message, signature));
        Assert.True(XEdDsa.Verify(
            Convert.FromHexString("0900000000000000000000000000000000000000000000000000000000000080"), Message, signature));
        nine[0] = 10;
        Assert.False(XEdDsa.Verify(nine, Message, signature));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x80)]
    public void A_key_of_order_two_verifies_where_the_hash_is_even(byte sign)
    {
        // u = 0 is the point (0, -1), which has no other sign. As libsignal has it, small order is no reason to refuse.
        var (key, signature, encoded) = (new byte[32], new byte[64], new byte[32]);
        (new EdwardsPoint { Y = -Field25519.One, Z = Field25519.One }).Encode(encoded);
        var even = 0;
        for (byte s = 1; s <= 16; s++)
        {
            EdwardsPoint.MultiplyBase(Scalar25519.From(s)).Encode(signature.AsSpan(0, 32));
            signature[32] = s;
            signature[63] = sign;
            var hash = SHA512.HashData([.. signature.AsSpan(0, 32), .. encoded, .. Message]);
            var isEven = (new BigInteger(hash, isUnsigned: true) % Order).IsEven;
            Assert.Equal(isEven, XEdDsa.Verify(key, Message, signature));
            even += isEven ? 1 : 0;
        }

        Assert.InRange(even, 1, 15);
    }

    [Theory] // -1 is no point of the Edwards curve, 2 is on the twist, and a signature has 64 bytes.
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 64)]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", 64)]
    [InlineData("ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64", 63)]
    [InlineData("ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64", 0)]
    public void Nothing_verifies_with_a_bad_key_or_length(string publicKey, int length) =>
        Assert.False(XEdDsa.Verify(Convert.FromHexString(publicKey), Message, Signature.AsSpan(0, length)));

    [Fact]
    public void Signing_clamps_the_key_and_takes_all_randomness()
    {
        var (unclamped, nonce) = (Key.ToArray(), new byte[XEdDsa.RandomBytes]);
        unclamped[0] |= 7;
        unclamped[31] |= 0x80;
        var (one, other) = (new byte[64], new byte[64]);
        XEdDsa.Sign(Key, Message, nonce, one);
        XEdDsa.Sign(unclamped, Message, nonce, other);
        Assert.Equal(one, other);
        nonce[63] = 1;
        XEdDsa.Sign(Key, Message, nonce, other);
        Assert.NotEqual(one, other);
        Assert.True(XEdDsa.Verify(Public, Message, other));
    }
}
