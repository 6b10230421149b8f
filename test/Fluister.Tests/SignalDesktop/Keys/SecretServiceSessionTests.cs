using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Archive.SignalDesktop.Keys.DBus;

namespace Fluister.Tests.SignalDesktop.Keys;

public sealed class SecretServiceSessionTests
{
    // Made with Node.js 20's crypto (OpenSSL): getDiffieHellman("modp2"), private keys of 128 bytes 0x11 and of 64 bytes 0x5a,
    // then hkdfSync("sha256", shared, "", "", 16). Bob's public key begins with a zero byte.
    private const string AlicePublic =
        "0801943b23ea3af0b48c1afc4c5905de5251679f7f2aaf9254cd826086462ec90f8595dbb1cee62f0225c"
        + "662916a099e43698a80ac9ec968782ffb8dd6e9c676cbf4319edd89affca201cad7950b593db43f862fde"
        + "4ccce9aa4e93a6eba285ef2a7192dfeaeab61c0bbaa7eb162bfdf0083f6bf2f73be0c7e69d20d2f2a76fc5";

    private const string BobPublic =
        "0045a5eb630404fb17310b40ba4f08501e45f3502156b50117a4c28d8ee13293b56fd91d36364de8d9d1b"
        + "ee49b04af621c761bc2f63ad983e01a3f9b1ed786487bfe496b77e95d094433fbe87f7eebff3f0f4aff8f"
        + "7887ff50426d553686456882694666727770c7d6fc8de84826b452cdffc35f1fcc0801f75138bcb65cbe7b";

    private const string Shared = "1dd24e6d954dc22d9211dc9cc782e53a";

    private static byte[] Alice => [.. Enumerable.Repeat((byte)0x11, 128)];

    private static byte[] Bob => [.. Enumerable.Repeat((byte)0x5a, 64)];

    [Fact]
    public void Public_keys_are_those_of_the_Second_Oakley_Group()
    {
        Assert.Equal(AlicePublic, Convert.ToHexStringLower(SecretServiceSession.PublicKey(Alice)));
        Assert.Equal(BobPublic, Convert.ToHexStringLower(SecretServiceSession.PublicKey(Bob)));
    }

    [Fact]
    public void Both_sides_derive_the_known_key()
    {
        using var alice = SecretServiceSession.DeriveKey(Alice, Convert.FromHexString(BobPublic));
        using var bob = SecretServiceSession.DeriveKey(Bob, Convert.FromHexString(AlicePublic));
        Assert.Equal(Shared, Convert.ToHexStringLower(alice.Reveal()));
        Assert.Equal(Shared, Convert.ToHexStringLower(bob.Reveal()));
    }

    [Fact]
    public void A_public_key_that_gives_the_secret_away_is_refused()
    {
        Assert.Throws<DBusException>(() => SecretServiceSession.DeriveKey(Alice, []));
        Assert.Throws<DBusException>(() => SecretServiceSession.DeriveKey(Alice, [1]));
        Assert.Throws<DBusException>(() => SecretServiceSession.DeriveKey(Alice, [.. Enumerable.Repeat((byte)0xff, 128)]));
    }
}
