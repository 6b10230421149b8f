using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class HpkeTests
{
    private static readonly byte[] Info = "Ode on a Grecian Urn"u8.ToArray();
    private static readonly byte[] Text = "Beauty is truth, truth beauty"u8.ToArray();
    private static readonly byte[] Data = "Count-0"u8.ToArray();

    [Theory] // RFC 9180, A.1.1.1, sequence number 0; and the same for AES-256-GCM from the RFC's test-vectors.json
    [InlineData(1, "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
        "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
        "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a")]
    [InlineData(2, "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11",
        "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d",
        "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c",
        "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256",
        "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a")]
    public void Published_vector(byte aead, string ephemeral, string privateKey, string publicKey, string encapsulated, string ciphertext)
    {
        var recipient = Convert.FromHexString(privateKey);
        Assert.Equal(publicKey, Convert.ToHexStringLower(X25519.PublicKey(recipient)));
        var random = new Given(Convert.FromHexString(ephemeral));
        var message = Hpke.Seal((Hpke.Aead)aead, Convert.FromHexString(publicKey), Info, Data, Text, random);
        Assert.Equal(encapsulated + ciphertext, Convert.ToHexStringLower(message));
        Assert.True(Hpke.TryOpen((Hpke.Aead)aead, recipient, Info, Data, message, out var opened));
        Assert.Equal(Text, opened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void What_is_sealed_opens(int length)
    {
        using var key = X25519.GenerateKey();
        var text = RandomNumberGenerator.GetBytes(length);
        var message = Hpke.Seal(X25519.PublicKey(key.Reveal()), Info, Data, text, RandomSource.System);
        Assert.Equal(length + Hpke.Overhead, message.Length);
        Assert.True(Hpke.TryOpen(key.Reveal(), Info, Data, message, out var opened));
        Assert.Equal(text, opened);
    }

    [Fact]
    public void Another_key_info_data_or_any_changed_byte_is_refused()
    {
        using var key = X25519.GenerateKey();
        using var other = X25519.GenerateKey();
        var message = Hpke.Seal(X25519.PublicKey(key.Reveal()), Info, Data, Text, RandomSource.System);
        Assert.False(Hpke.TryOpen(other.Reveal(), Info, Data, message, out _));
        Assert.False(Hpke.TryOpen(key.Reveal(), Text, Data, message, out _));
        Assert.False(Hpke.TryOpen(key.Reveal(), Info, Text, message, out var nothing));
        Assert.Null(nothing);
        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            Assert.False(Hpke.TryOpen(key.Reveal(), Info, Data, message, out _));
            message[i] ^= 1;
        }

        for (var length = 0; length < message.Length; length++)
        {
            Assert.False(Hpke.TryOpen(key.Reveal(), Info, Data, message.AsSpan(0, length), out _));
        }

        Assert.True(Hpke.TryOpen(key.Reveal(), Info, Data, message, out _));
    }

    // The bit of the encapsulated key that X25519 ignores is bound by the key derivation.
    [Fact]
    public void The_ignored_bit_of_the_encapsulated_key_is_authenticated()
    {
        using var key = X25519.GenerateKey();
        var message = Hpke.Seal(X25519.PublicKey(key.Reveal()), Info, Data, Text, RandomSource.System);
        message[31] ^= 0x80;
        Assert.False(Hpke.TryOpen(key.Reveal(), Info, Data, message, out _));
    }

    [Theory] // Points of small order
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_key_of_small_order_is_refused(string hex)
    {
        var point = Convert.FromHexString(hex);
        Assert.Throws<ArgumentException>(() => Hpke.Seal(point, Info, Data, Text, RandomSource.System));
    }

    // Sealed for the second published key with zero as encapsulated key and as Diffie-Hellman secret: anyone can make it, and it
    // opens where zero is not refused. Computed with Node's HMAC and AES-GCM.
    [Fact]
    public void A_message_whose_secret_anyone_knows_is_refused()
    {
        var key = Convert.FromHexString("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d");
        var message = Convert.FromHexString("0000000000000000000000000000000000000000000000000000000000000000"
            + "7e5060485d9d2573f8e5907dc989226b0c9a4045fe141800502ef12d4ef682a7a6e9f290ff8963be3c0447facd");
        Assert.False(Hpke.TryOpen(key, Info, Data, message, out _));
    }

    // A private key in place of a fresh one.
    private sealed class Given(byte[] bytes) : RandomSource
    {
        public override void Fill(Span<byte> span)
        {
            Assert.Equal(bytes.Length, span.Length);
            bytes.CopyTo(span);
        }
    }
}
