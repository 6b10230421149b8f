using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Profiles;

namespace Fluister.Tests.Protocol.Profiles;

public sealed class ProfileCipherTests
{
    private static readonly ProfileKey Key = new(new byte[32]);

    [Fact]
    public void Parts_are_encrypted_and_decrypted_as_the_second_implementation_does()
    {
        var count = 0;
        foreach (var item in Golden.Read("application").GetProperty("profile").EnumerateArray())
        {
            using var key = new ProfileKey(item.Bytes("key"));
            var (nonce, expected) = (new FixedRandom(item.Bytes("nonce")), item.Bytes("output"));
            var text = item.TryGetProperty("text", out var value) ? value.GetString()! : null;
            switch (item.TryGetProperty("kind", out var kind) ? kind.GetString() : null)
            {
                case "name":
                    var parts = text!.Split('\0');
                    var name = new ProfileName(parts[0], parts.ElementAtOrDefault(1));
                    Assert.Equal(expected, ProfileCipher.EncryptName(key, name, nonce));
                    Assert.Equal(name, ProfileCipher.DecryptName(key, expected));
                    break;
                case "about":
                    Assert.Equal(expected, ProfileCipher.EncryptAbout(key, text!, nonce));
                    Assert.Equal(text, ProfileCipher.DecryptText(key, expected));
                    break;
                case "emoji":
                    Assert.Equal(expected, ProfileCipher.EncryptEmoji(key, text!, nonce));
                    Assert.Equal(text, ProfileCipher.DecryptText(key, expected));
                    break;
                default:
                    Assert.Equal(expected, ProfileCipher.EncryptAvatar(key, item.Bytes("plaintext"), nonce));
                    Assert.Equal(item.Bytes("plaintext"), ProfileCipher.DecryptAvatar(key, expected));
                    break;
            }

            count++;
        }

        Assert.Equal(10, count);
    }

    [Theory]
    [InlineData(0, 53)]
    [InlineData(53, 53)]
    [InlineData(54, 257)]
    [InlineData(257, 257)]
    public void A_name_is_padded_to_one_of_two_lengths(int length, int padded)
    {
        var encrypted = ProfileCipher.EncryptName(Key, new ProfileName(new string('x', length)), RandomSource.System);
        Assert.Equal(12 + padded + 16, encrypted.Length);
    }

    [Fact]
    public void A_text_that_is_too_long_or_holds_a_nul_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => ProfileCipher.EncryptName(Key, new ProfileName(new string('x', 258)), RandomSource.System));
        Assert.Throws<ArgumentException>(() => ProfileCipher.EncryptAbout(Key, new string('x', 513), RandomSource.System));
        Assert.Throws<ArgumentException>(() => ProfileCipher.EncryptEmoji(Key, new string('x', 33), RandomSource.System));
        Assert.Throws<ArgumentException>(() => ProfileCipher.EncryptName(Key, new ProfileName("a\0b"), RandomSource.System));
        Assert.Throws<ArgumentException>(() => ProfileCipher.EncryptAbout(Key, "a\0b", RandomSource.System));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_switch_comes_back(bool isOn) =>
        Assert.Equal(isOn, ProfileCipher.DecryptSwitch(Key, ProfileCipher.EncryptSwitch(Key, isOn, RandomSource.System)));

    [Fact]
    public void A_switch_of_two_bytes_is_refused()
    {
        var encrypted = ProfileCipher.EncryptAvatar(Key, [1, 1], RandomSource.System);
        Refused.With(ProtocolError.Malformed, () => ProfileCipher.DecryptSwitch(Key, encrypted));
    }

    [Fact]
    public void Changed_bytes_and_another_key_are_refused()
    {
        var encrypted = ProfileCipher.EncryptAbout(Key, "about", RandomSource.System);
        for (var i = 0; i < encrypted.Length; i++)
        {
            byte[] changed = [.. encrypted];
            changed[i] ^= 0x10;
            Refused.With(ProtocolError.NotAuthentic, () => ProfileCipher.DecryptText(Key, changed));
        }

        using var other = ProfileKey.Generate(new SeededRandom(2));
        Refused.With(ProtocolError.NotAuthentic, () => ProfileCipher.DecryptText(other, encrypted));
    }

    [Fact]
    public void Bytes_that_are_too_short_are_refused()
    {
        for (var length = 0; length <= 28; length++)
        {
            Refused.With(ProtocolError.Malformed, () => ProfileCipher.DecryptName(Key, new byte[length]));
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_all_the_same()
    {
        var encrypted = ProfileCipher.EncryptAvatar(Key, [0x41, 0xff, 0x00, 0xf0, 0x9f], RandomSource.System);
        var name = ProfileCipher.DecryptName(Key, encrypted);
        Assert.Equal("A\ufffd", name.Given);
        Assert.Equal("\ufffd", name.Family);
    }
}
