using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Devices;
using Fluister.Protocol.Keys;

namespace Fluister.Tests.Protocol.Keys;

public sealed class KeySealingTests
{
    [Fact]
    public void What_the_official_package_sealed_is_opened()
    {
        foreach (var item in Golden.Read("account").GetProperty("sealing").EnumerateArray())
        {
            var key = new PrivateKey(item.Bytes("privateKey"));
            var info = System.Text.Encoding.UTF8.GetBytes(item.GetProperty("info").GetString()!);
            Assert.Equal(item.Bytes("message"), key.Open(item.Bytes("sealed"), info, item.Bytes("associatedData")));
        }
    }

    [Fact]
    public void What_is_sealed_opens_with_its_own_key_info_and_associated_data_alone()
    {
        using var pair = KeyPair.Generate(new SeededRandom(1));
        using var other = KeyPair.Generate(new SeededRandom(2));
        var sealedBytes = pair.Public.Seal("text"u8, "info"u8, "data"u8, RandomSource.System);
        Assert.Equal(4 + KeySealing.Overhead, sealedBytes.Length);
        Assert.Equal("text"u8.ToArray(), pair.Private.Open(sealedBytes, "info"u8, "data"u8));
        Refused.With(ProtocolError.NotAuthentic, () => other.Private.Open(sealedBytes, "info"u8, "data"u8));
        Refused.With(ProtocolError.NotAuthentic, () => pair.Private.Open(sealedBytes, "other"u8, "data"u8));
        Refused.With(ProtocolError.NotAuthentic, () => pair.Private.Open(sealedBytes, "info"u8, "other"u8));
    }

    [Fact]
    public void Changed_bytes_are_refused()
    {
        using var pair = KeyPair.Generate(new SeededRandom(1));
        var sealedBytes = pair.Public.Seal("text"u8, ""u8, ""u8, RandomSource.System);
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            byte[] changed = [.. sealedBytes];
            changed[i] ^= 0x11;
            Refused.With(i == 0 ? ProtocolError.UnknownVersion : ProtocolError.NotAuthentic, () => pair.Private.Open(changed, ""u8, ""u8));
        }

        for (var length = 0; length < KeySealing.Overhead; length++)
        {
            Refused.With(ProtocolError.Malformed, () => pair.Private.Open(sealedBytes.AsSpan(0, length), ""u8, ""u8));
        }
    }

    [Fact]
    public void Nothing_is_sealed_to_a_key_of_small_order()
    {
        var key = PublicKey.FromPoint(new byte[32]);
        Refused.With(ProtocolError.BadKey, () => key.Seal("text"u8, ""u8, ""u8, RandomSource.System));
    }

    [Fact]
    public void The_time_of_a_device_belongs_to_that_device()
    {
        using var identity = IdentityKeyPair.Generate(new SeededRandom(1));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        var sealedTime = DeviceCreation.Seal(time, 2, 4711, identity.Public, RandomSource.System);
        Assert.Equal(time, DeviceCreation.Open(sealedTime, 2, 4711, identity.Private));
        Refused.With(ProtocolError.NotAuthentic, () => DeviceCreation.Open(sealedTime, 3, 4711, identity.Private));
        Refused.With(ProtocolError.NotAuthentic, () => DeviceCreation.Open(sealedTime, 2, 4712, identity.Private));
        var noTime = identity.Public.Key.Seal([1, 2, 3], "deviceCreatedAt"u8, [2, 0, 0, 0x12, 0x67], RandomSource.System);
        Refused.With(ProtocolError.Malformed, () => DeviceCreation.Open(noTime, 2, 4711, identity.Private));
    }
}
