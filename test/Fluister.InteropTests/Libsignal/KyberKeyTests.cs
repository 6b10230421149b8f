using Fluister.Cryptography.Kem;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Kyber keys between us and the official package, whose form puts the byte 8 before ours. What it encapsulates shows
/// in sessions only, which have their own tests.</summary>
public sealed class KyberKeyTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const byte KeyType = 8;

    [Fact]
    public void Keys_of_the_official_package_are_keys_to_us()
    {
        for (var i = 0; i < 10; i++)
        {
            var pair = official.Call("kem.generate");
            var (publicKey, secretKey) = (pair.GetProperty("publicKey").Bytes(), pair.GetProperty("secretKey").Bytes());
            Assert.Equal((KeyType, KeyType), (publicKey[0], secretKey[0]));
            Assert.True(Kyber1024.IsPrivateKey(secretKey.AsSpan(1)));
            Assert.True(secretKey.AsSpan(1 + 1536, 1568).SequenceEqual(publicKey.AsSpan(1)));
            var (ciphertext, shared, opened) = (new byte[1568], new byte[32], new byte[32]);
            Assert.True(Kyber1024.TryEncapsulate(publicKey.AsSpan(1), new byte[32], ciphertext, shared));
            Kyber1024.Decapsulate(secretKey.AsSpan(1), ciphertext, opened);
            Assert.Equal(shared, opened);
        }
    }

    [Fact]
    public void Our_keys_are_keys_to_the_official_package()
    {
        for (byte i = 0; i < 10; i++)
        {
            var (publicKey, privateKey, seed) = (new byte[1568], new byte[3168], new byte[64]);
            seed[0] = i;
            Kyber1024.GenerateKey(seed, publicKey, privateKey);
            byte[] published = [KeyType, .. publicKey];
            byte[] kept = [KeyType, .. privateKey];
            Assert.Equal(published, official.CallBytes("kem.readPublic", new { publicKey = published }));
            Assert.Equal(kept, official.CallBytes("kem.readSecret", new { secretKey = kept }));
        }
    }

    [Fact]
    public void A_public_key_with_coefficients_beyond_the_modulus_is_taken_by_both()
    {
        var published = new byte[1569];
        published.AsSpan().Fill(0xFF);
        published[0] = KeyType;
        Assert.Equal(published, official.CallBytes("kem.readPublic", new { publicKey = published }));
        Assert.True(Kyber1024.TryEncapsulate(published.AsSpan(1), new byte[32], new byte[1568], new byte[32]));
    }
}
