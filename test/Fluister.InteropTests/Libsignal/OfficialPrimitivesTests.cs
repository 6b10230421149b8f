using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Kdf;
using Fluister.Cryptography.Symmetric;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Primitives that the platform lacks, beside those of the official package.</summary>
public sealed class OfficialPrimitivesTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    // How libsignal marks its choice of HPKE algorithms (rust/crypto/src/hpke.rs).
    private const byte HpkeType = 1;

    private static readonly bool[] Implementations = AesGcmSiv.IsAccelerated ? [true, false] : [false];

    [Fact]
    public void Aes_gcm_siv_is_the_same_at_many_lengths()
    {
        var lengths = Enumerable.Range(0, 70).Concat([127, 128, 129, 255, 256, 257, 1000, 1024, 4096, 65_537]).ToArray();
        var cases = lengths.Select(length =>
        {
            var (key, nonce) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12));
            var (message, associatedData) = (RandomNumberGenerator.GetBytes(length), RandomNumberGenerator.GetBytes(length % 50));
            var sent = official.Send("gcmSiv.encrypt", new { key, message, nonce, associatedData });
            return (key, nonce, message, associatedData, sent);
        }).ToArray();

        foreach (var (key, nonce, message, associatedData, sent) in cases)
        {
            var theirs = official.Wait(sent).Bytes();
            foreach (var accelerated in Implementations)
            {
                using var cipher = new AesGcmSiv(key, accelerated);
                var ours = new byte[message.Length + AesGcmSiv.TagBytes];
                cipher.Encrypt(nonce, message, ours.AsSpan(0, message.Length), ours.AsSpan(message.Length), associatedData);
                Assert.Equal(theirs, ours);

                var opened = new byte[message.Length];
                var (text, tag) = (theirs[..message.Length], theirs[message.Length..]);
                Assert.True(cipher.TryDecrypt(nonce, text, tag, opened, associatedData));
                Assert.Equal(message, opened);
            }
        }
    }

    [Fact]
    public void Hpke_opens_in_both_directions()
    {
        foreach (var length in (int[])[0, 1, 33, 1024])
        {
            using var secret = X25519.GenerateKey();
            var privateKey = secret.Reveal().ToArray();
            byte[] publicKey = [5, .. X25519.PublicKey(privateKey)];
            var (message, info) = (RandomNumberGenerator.GetBytes(length), Encoding.UTF8.GetBytes($"info {length}"));
            var associatedData = RandomNumberGenerator.GetBytes(7);

            byte[] ours = [HpkeType, .. Hpke.Seal(publicKey.AsSpan(1), info, associatedData, message, RandomSource.System)];
            Assert.Equal(message, official.CallBytes("key.open", new { privateKey, message = ours, info, associatedData }));

            var theirs = official.CallBytes("key.seal", new { publicKey, message, info, associatedData });
            Assert.Equal(HpkeType, theirs[0]);
            Assert.True(Hpke.TryOpen(privateKey, info, associatedData, theirs.AsSpan(1), out var opened));
            Assert.Equal(message, opened);

            theirs[^1] ^= 1;
            Assert.False(Hpke.TryOpen(privateKey, info, associatedData, theirs.AsSpan(1), out _));
            Assert.Throws<LibsignalException>(() => official.Call("key.open", new { privateKey, message = theirs, info, associatedData }));
        }
    }

    [Fact]
    public void The_hash_of_a_pin_is_the_same()
    {
        var (pin, salt) = (Encoding.UTF8.GetBytes("1234"), RandomNumberGenerator.GetBytes(32));
        var theirs = official.Call("pin.hash", new { pin, salt });
        var ours = new byte[64];
        Argon2id.Derive(pin, salt, 16 * 1024, 32, 1, ours);
        Assert.Equal([.. theirs.Bytes("encryptionKey"), .. theirs.Bytes("accessKey")], ours);
    }

    [Fact]
    public void The_local_hash_of_a_pin_is_the_same()
    {
        var pin = Encoding.UTF8.GetBytes("another pin");
        var text = official.Call("pin.localHash", new { pin }).GetString()!;
        var fields = text.Split('$');
        Assert.Equal(["", "argon2i", "v=19", "m=512,t=64,p=1"], fields[..4]);
        var ours = new byte[32];
        Argon2i.Derive(pin, Unpadded(fields[4]), 512, 64, 1, ours);
        Assert.Equal(Unpadded(fields[5]), ours);
    }

    private static byte[] Unpadded(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) & ~3, '='));
}
