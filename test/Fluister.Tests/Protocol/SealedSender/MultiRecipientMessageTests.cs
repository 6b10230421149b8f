using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;

namespace Fluister.Tests.Protocol.SealedSender;

/// <summary>The service's side; the messages by hand are those of libsignal's node/ts/test/SealedSenderServerAPI.ts.</summary>
public sealed class MultiRecipientMessageTests
{
    private const string Alice = "9d0652a3dcc34d11975f74d61598733f";
    private const string Bob = "e80f7bbe5b94471ebd8c2173654ea3d1";
    private const string Eve = "3f0f4734e3314434bd4f6d8f6ea6dcc7";
    private const string Mallory = "5d0881426fd74dbdaf00fdda1b3ce988";

    private static readonly string ForAlice = string.Concat(Enumerable.Repeat("aa", 48));
    private static readonly string ForBob = string.Concat(Enumerable.Repeat("bb", 48));
    private static readonly string Shared = string.Concat(Enumerable.Repeat("99", 34));

    [Fact]
    public void Accounts_only_and_one_of_them_twice()
    {
        var message = Parse("22", "03", Alice, "0111aa", ForAlice, Bob, "0111bb", ForBob, Bob, "0333bb", ForBob, Shared);
        Expect(message, (Aci(Alice), ForAlice, [(1, 0x11aa)]), (Aci(Bob), ForBob, [(1, 0x11bb), (3, 0x33bb)]));
    }

    [Fact]
    public void Of_an_account_that_comes_twice_the_first_key_material_counts()
    {
        var message = Parse("23", "02", "00", Bob, "0111bb", ForBob, "00", Bob, "0333bb", ForAlice, Shared);
        Expect(message, (Aci(Bob), ForBob, [(1, 0x11bb), (3, 0x33bb)]));
    }

    [Fact]
    public void Ids_of_both_namespaces_and_several_devices()
    {
        var message = Parse("23", "02", "00", Alice, "0111aa", ForAlice, "01", Bob, "0191bb", "0333bb", ForBob, Shared);
        Expect(message, (Aci(Alice), ForAlice, [(1, 0x11aa)]), (Pni(Bob), ForBob, [(1, 0x11bb), (3, 0x33bb)]));
    }

    [Fact]
    public void Accounts_that_are_left_out()
    {
        var message = Parse(
            "23", "04", "00", Alice, "0191aa", "0333aa", ForAlice, "00", Eve, "00",
            "01", Bob, "0111bb", ForBob, "00", Mallory, "00", Shared);
        Expect(message, (Aci(Alice), ForAlice, [(1, 0x11aa), (3, 0x33aa)]), (Pni(Bob), ForBob, [(1, 0x11bb)]));
        Assert.Equal([Aci(Eve), Aci(Mallory)], message.Excluded);
    }

    [Fact]
    public void Nobody_at_all_is_a_message_too()
    {
        var message = Parse("23", "00", Shared);
        Assert.Empty(message.Recipients);
        Assert.Equal(2, message.SharedOffset);
    }

    [Fact]
    public void An_account_is_left_out_once_and_is_then_no_recipient()
    {
        Malformed("23", "02", "00", Eve, "00", "00", Eve, "00", Shared);
        Malformed("23", "02", "00", Eve, "00", "00", Eve, "0111aa", ForAlice, Shared);
        Malformed("23", "02", "00", Eve, "0111aa", ForAlice, "00", Eve, "00", Shared);
    }

    [Fact]
    public void What_is_against_the_form_is_malformed()
    {
        Malformed("23", "01", "02", Alice, "0111aa", ForAlice, Shared);
        Malformed("23", "01", "00", Alice, "8011aa", ForAlice, Shared);
        Malformed("23", "01", "00", Alice, "0191aa", "00", ForAlice, Shared);
        Malformed("23", "01", "00", Alice, "0111aa", ForAlice, Shared[..62]);
        Malformed("23", "8100", "00", Alice, "0111aa", ForAlice, Shared);
        Malformed("23", "ffffffff0f", Shared);
        Malformed("23", "f12e", Shared);
        Malformed("23");
        Assert.Single(Parse("23", "01", "00", Alice, "0111aa", ForAlice, Shared[..64]).Recipients);
    }

    [Theory]
    [InlineData("11")]
    [InlineData("2f")]
    [InlineData("77")]
    public void Unknown_versions_are_refused(string version) =>
        Refused.With(ProtocolError.UnknownVersion, () => Parse(version, "00", Shared));

    [Fact]
    public void A_recipient_has_no_more_devices_than_there_are_ids()
    {
        var most = string.Concat(Enumerable.Repeat("018001", 126)) + "010001";
        Assert.Equal(127, Parse("23", "01", "00", Alice, most, ForAlice, Shared).Recipients[0].Devices.Count);
        Malformed("23", "01", "00", Alice, "018001" + most, ForAlice, Shared);
        Malformed("23", "02", "00", Alice, most, ForAlice, "00", Alice, "010001", ForAlice, Shared);
    }

    [Fact]
    public void A_hostile_message_costs_no_more_than_its_length()
    {
        var random = new SeededRandom(3);
        var good = Convert.FromHexString(
            string.Concat("23", "02", "00", Alice, "0191aa", "0333aa", ForAlice, "01", Bob, "0111bb", ForBob, Shared));
        for (var length = 0; length < good.Length; length++)
        {
            var cut = good[..length];
            var refusal = Record.Exception(() => MultiRecipientMessage.Parse(cut));
            Assert.True(length >= good.Length - 2 ? refusal is null : refusal is ProtocolException, $"length {length}: {refusal}");
        }

        for (var round = 0; round < 20_000; round++)
        {
            var changed = good.ToArray();
            for (var i = 0; i < 3; i++)
            {
                changed[random.Next(good.Length)] = (byte)random.Next(256);
            }

            try
            {
                var parsed = MultiRecipientMessage.Parse(changed);
                var length = 1 + 48 + parsed.Shared.Length;
                Assert.All(parsed.Recipients, recipient => Assert.Equal(length, parsed.MessageFor(recipient).Length));
            }
            catch (ProtocolException)
            {
                // As it may.
            }
        }

        Refused.With(ProtocolError.Malformed, () => MultiRecipientMessage.Parse(new byte[Limits.MultiRecipientBytes + 1]));
    }

    private static void Expect(
        MultiRecipientMessage message,
        params (ServiceId Account, string KeyMaterial, (int Device, uint RegistrationId)[] Devices)[] expected)
    {
        Assert.Equal(expected.Length, message.Recipients.Count);
        foreach (var (recipient, (account, material, devices)) in message.Recipients.Zip(expected))
        {
            Assert.Equal(account, recipient.Account);
            Assert.Equal(devices, recipient.Devices.Select(device => (device.Device, device.RegistrationId)));
            Assert.Equal("22" + material + Shared, Convert.ToHexStringLower(message.MessageFor(recipient)));
            Assert.Equal(material, Convert.ToHexStringLower(recipient.KeyMaterial.Span));
        }

        Assert.Equal(Shared, Convert.ToHexStringLower(message.Shared.Span));
    }

    private static void Malformed(params string[] parts) => Refused.With(ProtocolError.Malformed, () => Parse(parts));

    private static MultiRecipientMessage Parse(params string[] parts)
    {
        var bytes = Convert.FromHexString(string.Concat(parts));
        var message = MultiRecipientMessage.Parse(bytes);
        Assert.All(message.Recipients, recipient =>
            Assert.Equal(bytes.AsSpan(recipient.KeyMaterialOffset, 48), recipient.KeyMaterial.Span));
        return message;
    }

    private static ServiceId Aci(string uuid) => ServiceId.Aci(Guid.Parse(uuid));

    private static ServiceId Pni(string uuid) => ServiceId.Pni(Guid.Parse(uuid));
}
