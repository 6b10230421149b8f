using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.InteropTests.Libsignal;

/// <summary>X25519 and XEdDSA beside those of the official package: what it makes, and above all what it accepts.</summary>
public sealed class OfficialCurvesTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const byte KeyType = 5;

    // Encodings of u = 0, 1 and -1, of the two points of order 8, of p and p + 1, each also with the highest bit set.
    private static readonly string[] SmallOrder =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    // The order of the prime group.
    private static readonly byte[] Order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    [Fact]
    public void Keys_secrets_and_signatures_go_both_ways()
    {
        for (var round = 0; round < 50; round++)
        {
            var (privateKey, otherKey) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
            var (publicKey, other) = (X25519.PublicKey(privateKey), X25519.PublicKey(otherKey));
            Assert.Equal(Typed(publicKey), official.CallBytes("key.public", new { privateKey }));

            var shared = new byte[32];
            Assert.True(X25519.TryAgree(privateKey, other, shared));
            Assert.Equal(official.CallBytes("key.agree", new { privateKey, publicKey = Typed(other) }), shared);

            var message = RandomNumberGenerator.GetBytes(round * 7);
            var signature = new byte[64];
            XEdDsa.Sign(privateKey, message, RandomNumberGenerator.GetBytes(64), signature);
            Assert.True(Accepts(publicKey, message, signature));
            Assert.True(XEdDsa.Verify(publicKey, message, official.CallBytes("key.sign", new { privateKey, message })));
        }
    }

    [Fact]
    public void Any_32_bytes_agree_or_are_refused_alike()
    {
        var privateKey = RandomNumberGenerator.GetBytes(32);
        var keys = SmallOrder.Select(Convert.FromHexString).Concat(Enumerable.Range(0, 40).Select(_ => RandomNumberGenerator.GetBytes(32)));
        foreach (var key in keys.SelectMany(key => new[] { key, WithHighBit(key) }))
        {
            byte[]? theirs = null;
            try
            {
                theirs = official.CallBytes("key.agree", new { privateKey, publicKey = Typed(key) });
            }
            catch (LibsignalException)
            {
                // Refused: the secret would be zero.
            }

            var shared = new byte[32];
            Assert.Equal(theirs is not null, X25519.TryAgree(privateKey, key, shared));
            Assert.Equal(theirs ?? new byte[32], shared);
        }
    }

    [Fact]
    public void A_forged_signature_is_judged_alike()
    {
        var privateKey = RandomNumberGenerator.GetBytes(32);
        var (publicKey, message, signature) = (X25519.PublicKey(privateKey), "message"u8.ToArray(), new byte[64]);
        XEdDsa.Sign(privateKey, message, RandomNumberGenerator.GetBytes(64), signature);
        var (accepted, refused) = (0, 0);
        Judge(publicKey, signature);

        // s above the order is accepted below 2^253, and nothing above that.
        Judge(publicKey, AddOrder(signature, 1));
        Judge(publicKey, AddOrder(signature, 2));
        Judge(publicKey, AddOrder(signature, 8));
        Assert.True(accepted >= 2, "s and s + order.");

        // The key with its highest bit set is the same key.
        Judge(WithHighBit(publicKey), signature);
        for (var bit = 0; bit < 512; bit++)
        {
            var changed = signature.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Judge(publicKey, changed);
        }

        // With a key of small order R = s B may hold, for the one message in a few whose hash leaves nothing of the key.
        foreach (var key in SmallOrder.Select(Convert.FromHexString).SelectMany(key => new[] { key, WithHighBit(key) }))
        {
            for (byte s = 1; s <= 16; s++)
            {
                var forged = new byte[64];
                EdwardsPoint.MultiplyBase(Scalar25519.From(s)).Encode(forged.AsSpan(0, 32));
                forged[32] = s;
                Judge(key, forged);
                forged[63] |= 0x80;
                Judge(key, forged);
            }
        }

        Assert.True(accepted > 20, $"{accepted} accepted.");

        // The generator's key, in both its encodings: its private key is 1, which clamping never leaves.
        var nine = new byte[32];
        nine[0] = 9;
        var alias = Convert.FromHexString("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        var r = Scalar25519.From(12345);
        var byOne = new byte[64];
        EdwardsPoint.MultiplyBase(r).Encode(byOne.AsSpan(0, 32));
        var h = Hash(byOne.AsSpan(0, 32), EdwardsPoint.Base, message);
        (r + h).Encode(byOne.AsSpan(32));
        var before = accepted;
        Judge(nine, byOne);
        Judge(alias, byOne);
        Judge(WithHighBit(alias), byOne);
        Assert.Equal(before + 3, accepted);
        Assert.True(refused > 500, $"{refused} refused.");

        void Judge(byte[] key, byte[] candidate)
        {
            var theirs = Accepts(key, message, candidate);
            Assert.True(
                theirs == XEdDsa.Verify(key, message, candidate),
                $"{(theirs ? "Accepted" : "Refused")} there: {Convert.ToHexString(key)} {Convert.ToHexString(candidate)}");
            _ = theirs ? accepted++ : refused++;
        }
    }

    private static Scalar25519 Hash(ReadOnlySpan<byte> r, in EdwardsPoint key, ReadOnlySpan<byte> message)
    {
        var encoded = new byte[32];
        key.Encode(encoded);
        return Scalar25519.Reduce(SHA512.HashData([.. r, .. encoded, .. message]));
    }

    private static byte[] Typed(byte[] publicKey) => [KeyType, .. publicKey];

    private static byte[] WithHighBit(byte[] key)
    {
        var changed = key.ToArray();
        changed[31] |= 0x80;
        return changed;
    }

    private static byte[] AddOrder(byte[] signature, int times)
    {
        var changed = signature.ToArray();
        var sign = changed[63] & 0x80;
        changed[63] &= 0x7f;
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            carry += changed[32 + i] + (times * Order[i]);
            changed[32 + i] = (byte)carry;
            carry >>= 8;
        }

        changed[63] |= (byte)sign;
        return changed;
    }

    private bool Accepts(byte[] publicKey, byte[] message, byte[] signature) =>
        official.Call("key.verify", new { publicKey = Typed(publicKey), message, signature }).GetBoolean();
}
