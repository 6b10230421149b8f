using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Ciphers;
using Fluister.Protocol.Usernames;

namespace Fluister.Tests.Protocol.Usernames;

public sealed class UsernameLinkTests
{
    private static readonly Secret Entropy = new(new byte[32]);

    [Fact]
    public void Links_of_the_official_package_are_read_and_made_again()
    {
        foreach (var item in Golden.Read("account").GetProperty("usernames").EnumerateArray())
        {
            using var entropy = new Secret(item.Bytes("entropy"));
            var (username, link) = (item.GetProperty("username").GetString()!, item.Bytes("link"));
            Assert.Equal(username, UsernameLink.Decrypt(link, entropy));
            Assert.Equal(link, UsernameLink.Encrypt(username, entropy, new FixedRandom(link[..16])));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(48)]
    [InlineData(61)]
    public void The_length_of_a_link_hides_that_of_the_username(int length)
    {
        var username = new string('x', length);
        var link = UsernameLink.Encrypt(username, Entropy, RandomSource.System);
        Assert.Equal(16 + 64 + 32, link.Length);
        Assert.Equal(username, UsernameLink.Decrypt(link, Entropy));
    }

    [Fact]
    public void A_text_longer_than_a_username_can_be_has_no_link() =>
        Assert.Throws<ArgumentException>(() => UsernameLink.Encrypt(new string('x', 62), Entropy, RandomSource.System));

    [Fact]
    public void Changed_bytes_and_another_entropy_are_refused()
    {
        var link = UsernameLink.Encrypt("someone.42", Entropy, RandomSource.System);
        for (var i = 0; i < link.Length; i++)
        {
            byte[] changed = [.. link];
            changed[i] ^= 1;
            Refused.With(ProtocolError.NotAuthentic, () => UsernameLink.Decrypt(changed, Entropy));
        }

        using var other = RandomSource.System.Secret(32);
        Refused.With(ProtocolError.NotAuthentic, () => UsernameLink.Decrypt(link, other));
        Refused.With(ProtocolError.Malformed, () => UsernameLink.Decrypt(new byte[48], Entropy));
        Assert.Throws<ArgumentOutOfRangeException>(() => UsernameLink.Decrypt(link, new Secret(new byte[31])));
    }

    // libsignal, username_links.rs: authentic links that hold nothing usable.
    [Theory]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000", PaddingMode.PKCS7)]
    [InlineData("0a05ffffffffff", PaddingMode.PKCS7)]
    [InlineData("0aff", PaddingMode.PKCS7)]
    [InlineData("00000000000000000000000000000000", PaddingMode.None)]
    public void An_authentic_link_without_a_username_is_refused(string plaintext, PaddingMode padding)
    {
        Span<byte> key = stackalloc byte[32];
        Derivation.Expand(Entropy.Reveal(), [], "Signal Username Link Encryption Key"u8, [], key);
        using var aes = Aes.Create();
        aes.SetKey(key);
        byte[] body = [.. new byte[16], .. aes.EncryptCbc(Convert.FromHexString(plaintext), new byte[16], padding)];
        Derivation.Expand(Entropy.Reveal(), [], "Signal Username Link Authentication Key"u8, [], key);
        byte[] link = [.. body, .. HMACSHA256.HashData(key, body)];
        Refused.With(ProtocolError.Malformed, () => UsernameLink.Decrypt(link, Entropy));
    }
}
