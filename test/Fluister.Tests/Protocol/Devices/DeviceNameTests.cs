using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Keys;

namespace Fluister.Tests.Protocol.Devices;

public sealed class DeviceNameTests
{
    private static readonly IdentityKeyPair Identity = IdentityKeyPair.Generate(new SeededRandom(1));

    [Fact]
    public void Names_are_encrypted_and_decrypted_as_the_second_implementation_does()
    {
        foreach (var item in Golden.Read("application").GetProperty("devices").EnumerateArray())
        {
            var name = item.GetProperty("name").GetString()!;
            var identity = IdentityKey.Read(item.Bytes("identityKey"));
            Assert.Equal(item.Bytes("output"), DeviceName.Encrypt(name, identity, new FixedRandom(item.Bytes("ephemeral"))));
            Assert.Equal(name, DeviceName.Decrypt(item.Bytes("output"), new PrivateKey(item.Bytes("identity"))));
        }
    }

    [Fact]
    public void Changed_bytes_are_refused_and_never_read_as_another_name()
    {
        var encrypted = DeviceName.Encrypt("a device", Identity.Public, RandomSource.System);
        for (var i = 0; i < encrypted.Length; i++)
        {
            byte[] changed = [.. encrypted];
            changed[i] ^= 0x11;
            Assert.Throws<ProtocolException>(() => DeviceName.Decrypt(changed, Identity.Private));
        }
    }

    [Fact]
    public void Another_account_cannot_read_it()
    {
        var encrypted = DeviceName.Encrypt("a device", Identity.Public, RandomSource.System);
        using var other = IdentityKeyPair.Generate(new SeededRandom(2));
        Refused.With(ProtocolError.NotAuthentic, () => DeviceName.Decrypt(encrypted, other.Private));
    }

    [Fact]
    public void Missing_parts_are_refused()
    {
        Refused.With(ProtocolError.Malformed, () => DeviceName.Decrypt([], Identity.Private));
        var encrypted = DeviceName.Encrypt("a device", Identity.Public, RandomSource.System);
        for (var length = 0; length < encrypted.Length; length++)
        {
            Assert.Throws<ProtocolException>(() => DeviceName.Decrypt(encrypted.AsSpan(0, length), Identity.Private));
        }
    }

    [Fact]
    public void A_key_of_small_order_is_refused()
    {
        byte[] zero = [0x0a, 33, 5, .. new byte[32], 0x12, 16, .. new byte[16]];
        Refused.With(ProtocolError.BadKey, () => DeviceName.Decrypt(zero, Identity.Private));
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused_on_both_sides()
    {
        var tooLong = new string('x', Limits.DeviceNameBytes + 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceName.Encrypt(tooLong, Identity.Public, RandomSource.System));
        var longest = DeviceName.Encrypt(new string('x', Limits.DeviceNameBytes), Identity.Public, RandomSource.System);
        Assert.Equal(Limits.DeviceNameBytes, DeviceName.Decrypt(longest, Identity.Private).Length);
    }
}
