using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Identity;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Sealed messages between ours and the official package's, in both versions, with the service's part in between.</summary>
public sealed class SealedSenderInteropTests : IClassFixture<LibsignalClient>
{
    private const int Many = 100;
    private const long Now = 1_700_000_000_000;

    // Bob's phone number.
    private const string Number = "+14153333333";

    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(Now);

    private readonly LibsignalClient _official;
    private readonly KeyPair _root = KeyPair.Generate(RandomSource.System);
    private readonly KeyPair _server = KeyPair.Generate(RandomSource.System);
    private readonly ServerCertificate _serverCertificate;
    private readonly SealedParty _alice;
    private readonly SealedParty _bob;

    public SealedSenderInteropTests(LibsignalClient official)
    {
        _official = official;
        _serverCertificate = ServerCertificate.Create(9, _server.Public, _root.Private, RandomSource.System);
        _alice = new SealedParty(official, "alice");
        _bob = new SealedParty(official, "bob", device: 42, registrationId: 0x3fff);
    }

    [Fact]
    public void Version_1_opens_on_the_other_side()
    {
        Meet(_alice, _bob);
        var kinds = new (ContentHint, byte[])[] { (ContentHint.Default, []), (ContentHint.Resendable, [1, 2]), ((ContentHint)77, [3]) };
        foreach (var (hint, group) in kinds)
        {
            var content = new SealedContent(Certificate(), Inner(), hint, group);
            Assert.Equal(content.Serialized, Make(content).Bytes());

            var ours = SealedSenderCipher.Seal(content, _alice.Identity, _bob.Identity.Public, RandomSource.System);
            AssertSame(content, _official.Call("sealed.open", new { party = "bob", bytes = ours }));

            var theirs = _official.CallBytes("sealed.seal", AliceToBob(content));
            Assert.Equal(ours.Length, theirs.Length);
            Assert.Equal(content.Serialized, SealedSenderCipher.Open(theirs, _bob.Identity).Serialized);
        }
    }

    [Fact]
    public void Version_2_from_us_to_a_hundred_opens_on_the_other_side()
    {
        var content = new SealedContent(Certificate(), Inner(), ContentHint.Implicit, [42]);
        var members = Members();
        ServiceId[] excluded = [ServiceId.Pni(Guid.NewGuid()), ServiceId.Aci(Guid.NewGuid())];
        var recipients = members.Select(member => member.Recipient).ToArray();
        var sent = SealedSenderCipher.Seal(content, _alice.Identity, recipients, excluded, RandomSource.System);
        var parsed = MultiRecipientMessage.Parse(sent);
        var fanned = _official.Call("sealed.fanOut", new { bytes = sent });
        AssertSameFanOut(parsed, fanned);
        Assert.Equal(Many, parsed.Recipients.Count);
        Assert.Equal(excluded, parsed.Excluded);
        var opened = members.Zip(parsed.Recipients)
            .Select(pair => _official.Send("sealed.open", new { party = pair.First.Name, bytes = parsed.MessageFor(pair.Second) }))
            .ToArray();
        Assert.All(opened, answer => AssertSame(content, _official.Wait(answer)));

        var single = SealedSenderCipher.Seal(content, _alice.Identity, [_bob.Recipient], [], RandomSource.System);
        var forBob = MultiRecipientMessage.Parse(single);
        Assert.Equal(_official.CallBytes("sealed.single", new { bytes = single }), forBob.MessageFor(forBob.Recipients[0]));
    }

    [Fact]
    public void Version_2_from_the_official_package_to_a_hundred_opens_with_us()
    {
        var content = new SealedContent(Certificate(), Inner(), ContentHint.Implicit, [42]);
        var members = Members();
        members.ForEach(member => Meet(_alice, member));
        var excluded = ServiceId.Pni(Guid.NewGuid());
        var sent = _official.CallBytes("sealed.sealToMany", new
        {
            party = "alice",
            content = content.Serialized.ToArray(),
            recipients = members.Select(member => member.Place).ToArray(),
            excluded = new[] { excluded.ToString() },
        });
        var parsed = MultiRecipientMessage.Parse(sent);
        AssertSameFanOut(parsed, _official.Call("sealed.fanOut", new { bytes = sent }));
        Assert.Equal([excluded], parsed.Excluded);
        foreach (var (member, recipient) in members.Zip(parsed.Recipients))
        {
            Assert.Equal(member.Recipient.Account, recipient.Account);
            Assert.Equal(member.Recipient.Devices, recipient.Devices);
            var opened = SealedSenderCipher.Unseal(parsed.MessageFor(recipient), member.Identity, member.Address, [_root.Public], Time);
            Assert.Equal(content.Serialized, opened.Content.Serialized);
            Assert.Equal(_alice.Address, opened.Sender);
        }
    }

    [Fact]
    public void A_message_of_a_session_goes_through_both_versions_to_the_official_package()
    {
        Meet(_alice, _bob);
        foreach (var isMany in new[] { false, true })
        {
            byte[] text = [.. "hello"u8];
            var content = new SealedContent(Certificate(), PreKeySignalMessage.Parse(SessionMessage(text)));
            var answer = _official.Call("sealed.decrypt", ToBob(Seal(content, isMany), _root.Public, Now));
            Assert.Equal(text, answer.Bytes("text"));
            Assert.Equal(_alice.Address.Account.ToString(), answer.Text("account"));
            Assert.Equal(_alice.Address.Device, answer.Number("device"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_official_package_takes_a_certificate_that_names_its_server_and_carries_it_unchanged(bool isMany)
    {
        Meet(_alice, _bob);
        byte[] text = [.. "hello"u8];
        var server = ServerCertificate.Create(9, _server.Public, _root.Private, RandomSource.System, [1, 2, 3, 4, 5]);
        var content = new SealedContent(Certificate(server: server), PreKeySignalMessage.Parse(SessionMessage(text)));
        Assert.Equal(content.Serialized, Make(content).Bytes());
        var answer = _official.Call("sealed.decrypt", ToBob(Seal(content, isMany), _root.Public, Now));
        Assert.Equal(text, answer.Bytes("text"));
        Assert.Equal(_alice.Address.Account.ToString(), answer.Text("account"));

        var theirs = _official.CallBytes("sealed.seal", AliceToBob(content));
        var opened = SealedSenderCipher.Unseal(theirs, _bob.Identity, _bob.Address, [_root.Public], Time);
        Assert.Equal(content.Serialized, opened.Content.Serialized);
        Assert.Equal([1, 2, 3, 4, 5], opened.Content.Sender.Signer!.Tag.ToArray());
        Assert.Equal(server.Serialized, opened.Content.Sender.Signer.Serialized);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_refuse_the_same_senders(bool isMany)
    {
        Meet(_alice, _bob);
        var message = PreKeySignalMessage.Parse(SessionMessage([.. "hello"u8]));
        var (other, revoked) = (KeyPair.Generate(RandomSource.System), Server(0xdeadc357, _root.Private));
        Same(ProtocolError.ExpiredCertificate, "trust root validation failed", Certificate(expires: Now - 1));
        Same(ProtocolError.UntrustedCertificate, "trust root validation failed", Certificate(server: Server(9, other.Private)));
        Same(ProtocolError.UntrustedCertificate, "trust root validation failed", Certificate(server: revoked));
        Same(ProtocolError.UntrustedCertificate, "trust root validation failed", Certificate(signer: other.Private));
        Same(ProtocolError.SelfSend, "self send", Certificate(sender: _bob.Address));
        Same(ProtocolError.SelfSend, "self send", Certificate(sender: new(_alice.Address.Account, _bob.Address.Device), number: Number));
        Same(ProtocolError.NotAuthentic, "sender certificate key does not match", Certificate(identity: _bob.Identity.Public));
        var good = Seal(new SealedContent(Certificate(), message), isMany);
        Assert.Equal("hello"u8, _official.Call("sealed.decrypt", ToBob(good, _root.Public, Now)).Bytes("text"));

        void Same(ProtocolError error, string said, SenderCertificate certificate)
        {
            var bytes = Seal(new SealedContent(certificate, message), isMany);
            var theirs = Assert.Throws<LibsignalException>(() => _official.Call("sealed.decrypt", ToBob(bytes, _root.Public, Now)));
            Assert.True(theirs.Message.Contains(said, StringComparison.Ordinal), $"{error}: {theirs.Message}");
            var ours = Assert.Throws<ProtocolException>(
                () => SealedSenderCipher.Unseal(bytes, _bob.Identity, _bob.Address, [_root.Public], Time, phoneNumber: Number));
            Assert.True(error == ours.Error, $"{error}: {ours.Error}, {ours.Message}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_take_the_same_of_what_was_tampered_with(bool isMany)
    {
        var random = new Random(20261122);
        var bytes = Seal(new SealedContent(Certificate(), Inner()), isMany);
        var changed = new List<byte[]>();
        for (var round = 0; round < 300; round++)
        {
            var next = bytes.ToArray();
            next[random.Next(round % 3 == 0 ? 120 : next.Length)] ^= (byte)(1 << random.Next(8));
            changed.Add(round % 10 == 0 ? next[..random.Next(next.Length)] : next);
        }

        var theirs = changed.Select(next => _official.Send("sealed.open", new { party = "bob", bytes = next })).ToArray();
        for (var i = 0; i < changed.Count; i++)
        {
            // Version 0 is the one thing that the official package still takes and we do not.
            var isVersion0 = changed[i] is [< 0x10, ..];
            var isTaken = Accepts(() => _official.Wait(theirs[i])) && !isVersion0;
            Assert.True(isTaken == Accepts(() => SealedSenderCipher.Open(changed[i], _bob.Identity)), $"round {i}");
        }

        Assert.True(Accepts(() => _official.Call("sealed.open", new { party = "bob", bytes })));
    }

    [Fact]
    public void Certificates_are_the_same_to_both()
    {
        var mine = Certificate(number: "+14152222222", sender: new ProtocolAddress(_alice.Address.Account, 127));
        var theirs = _official.CallBytes("certificate.sender", new
        {
            account = _alice.Address.Account.ToString(),
            number = "+14152222222",
            device = 127,
            publicKey = _alice.Identity.Public.Serialized.ToArray(),
            expires = Now,
            serverCertificate = _serverCertificate.Serialized.ToArray(),
            serverKey = _server.Private.Reveal().ToArray(),
        });
        Assert.Equal(theirs.AsSpan()[..^64], mine.Serialized[..^64]);
        var theirServer = _official.CallBytes("certificate.server", new
        {
            keyId = 9,
            publicKey = _server.Public.Serialized.ToArray(),
            trustRoot = _root.Private.Reveal().ToArray(),
        });
        Assert.Equal(theirServer.AsSpan()[..^64], _serverCertificate.Serialized[..^64]);

        var stranger = KeyPair.Generate(RandomSource.System).Public;
        foreach (var bytes in new[] { mine.Serialized.ToArray(), theirs })
        {
            foreach (PublicKey[] roots in new PublicKey[][] { [_root.Public], [stranger, _root.Public], [stranger], [] })
            {
                foreach (var late in new[] { 0, 1 })
                {
                    var isValid = _official.Call("certificate.validate", new
                    {
                        certificate = bytes,
                        trustRoots = roots.Select(root => root.Serialized.ToArray()).ToArray(),
                        now = Now + late,
                    }).GetBoolean();
                    Assert.Equal(isValid, Accepts(() => SenderCertificate.Read(bytes).Validate(roots, Time.AddMilliseconds(late))));
                    Assert.Equal(late == 0 && roots.Contains(_root.Public), isValid);
                }
            }
        }
    }

    [Fact]
    public void Both_fan_out_the_same_of_anything()
    {
        var random = new Random(20261123);
        var parts = Members(6);
        var good = SealedSenderCipher.Seal(
            new SealedContent(Certificate(), Inner()),
            _alice.Identity,
            [.. parts.Select((part, i) => part.Recipient with { Devices = Devices(1 + (i % 3)) })],
            [ServiceId.Aci(Guid.NewGuid())],
            RandomSource.System);
        var changed = new List<byte[]> { good };
        for (var round = 0; round < 600; round++)
        {
            var next = good.ToArray();
            for (var i = 0; i < 1 + (round % 2); i++)
            {
                var at = round % 4 == 0 ? random.Next(4) : random.Next(next.Length - 300);
                next[at] = (byte)(round % 3 == 0 ? random.Next(256) : random.Next(4));
            }

            changed.Add(round % 10 == 0 ? next[..random.Next(next.Length)] : next);
        }

        var theirs = changed.Select(bytes => _official.Send("sealed.fanOut", new { bytes })).ToArray();
        var taken = 0;
        for (var i = 0; i < changed.Count; i++)
        {
            MultiRecipientMessage? ours = null;
            var isTaken = Accepts(() => ours = MultiRecipientMessage.Parse(changed[i]));
            Assert.True(isTaken == Accepts(() => _official.Wait(theirs[i])), $"round {i}: {Convert.ToHexString(changed[i])}");
            if (isTaken)
            {
                AssertSameFanOut(ours!, _official.Wait(theirs[i]));
                taken++;
            }
        }

        Assert.InRange(taken, 20, changed.Count - 20);
    }

    [Fact]
    public void Reports_on_messages_that_could_not_be_decrypted_are_the_same_to_both()
    {
        Meet(_alice, _bob);
        var original = SessionMessage([1]);
        var inner = PreKeySignalMessage.Parse(original).Message.Serialized.ToArray();
        var cases = new[]
        {
            (CiphertextMessageType.PreKey, original),
            (CiphertextMessageType.Signal, inner),
            (CiphertextMessageType.SenderKey, Inner().Serialized.ToArray()),
        };
        foreach (var (type, bytes) in cases)
        {
            var theirs = _official.Call("error.make", new { bytes, type = (int)type, timestamp = 408, device = 5 });
            var ours = DecryptionErrorMessage.For(type, bytes, 408, 5);
            Assert.Equal(theirs.Bytes("bytes"), ours.Serialized);
            Assert.Equal(theirs.BytesOrNull("ratchetKey") ?? [], ours.RatchetKey is { } key ? key.Serialized : default);
            var content = new PlaintextContent(ours);
            var plain = _official.Call("plaintext.make", new { error = ours.Serialized.ToArray() });
            Assert.Equal(plain.Bytes("bytes"), content.Serialized);
            Assert.Equal(plain.Bytes("body"), content.Body);
            Assert.Equal(ours.Serialized, PlaintextContent.Parse(plain.Bytes("bytes")).Report().Serialized);
            Assert.Equal(ours.Serialized, _official.Call("error.extract", new { bytes = content.Body.ToArray() }).Bytes("bytes"));

            // And sealed, as it travels.
            var sealedBytes = SealedSenderCipher.Seal(
                new SealedContent(Certificate(), content), _alice.Identity, _bob.Identity.Public, RandomSource.System);
            var opened = _official.Call("sealed.open", new { party = "bob", bytes = sealedBytes });
            Assert.Equal(8, opened.Number("type"));
            Assert.Equal(content.Serialized, opened.Bytes("bytes"));
        }
    }

    [Fact]
    public void Signatures_that_join_two_identities_are_the_same_to_both()
    {
        var ours = AlternateIdentity.Sign(_bob.Identity, _alice.Identity.Public, RandomSource.System);
        var theirs = _official.CallBytes(
            "identity.signAlternate", new { identity = _bob.Identity.Write(), other = _alice.Identity.Public.Serialized.ToArray() });
        foreach (var signature in new[] { ours, theirs, [.. ours.AsSpan(0, 63), (byte)(ours[63] ^ 1)] })
        {
            var (bob, alice) = (_bob.Identity.Public, _alice.Identity.Public);
            var isGood = _official.Call("identity.verifyAlternate", new
            {
                publicKey = bob.Serialized.ToArray(),
                other = alice.Serialized.ToArray(),
                signature,
            }).GetBoolean();
            Assert.Equal(signature.AsSpan().SequenceEqual(ours) || signature.AsSpan().SequenceEqual(theirs), isGood);
            Assert.Equal(isGood, AlternateIdentity.Verify(bob, alice, signature));
        }
    }

    private static SealedDevice[] Devices(int count) => [.. Enumerable.Range(1, count).Select(device => new SealedDevice(device, 7))];

    private static object ToBob(byte[] bytes, PublicKey root, long now) =>
        new { party = "bob", bytes, trustRoot = root.Serialized.ToArray(), now, number = Number };

    private static bool Accepts(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception refusal) when (refusal is ProtocolException or LibsignalException)
        {
            return false;
        }
    }

    private static void AssertSame(SealedContent expected, JsonElement answer)
    {
        Assert.Equal((int)expected.Type, answer.Number("type"));
        Assert.Equal(expected.MessageBytes, answer.Bytes("bytes"));
        Assert.Equal(expected.Sender.Serialized, answer.Bytes("certificate"));
        Assert.Equal((long)expected.Hint, answer.Number("hint"));
        Assert.Equal(expected.GroupId, answer.BytesOrNull("groupId") ?? []);
    }

    private static void AssertSameFanOut(MultiRecipientMessage ours, JsonElement theirs)
    {
        var recipients = theirs.GetProperty("recipients").EnumerateArray().ToArray();
        Assert.Equal(recipients.Length, ours.Recipients.Count);

        // An object of JavaScript may have its names in another order.
        var byAccount = ours.Recipients.ToDictionary(recipient => recipient.Account.ToString());
        foreach (var theirRecipient in recipients)
        {
            var recipient = byAccount[theirRecipient.Text("account")];
            Assert.Equal(theirRecipient.Bytes("bytes"), ours.MessageFor(recipient));
            var devices = theirRecipient.GetProperty("devices").EnumerateArray().Select(device => device.GetInt32());
            var registrationIds = theirRecipient.GetProperty("registrationIds").EnumerateArray().Select(id => id.GetUInt32());
            Assert.Equal(devices.Zip(registrationIds), recipient.Devices.Select(device => (device.Device, device.RegistrationId)));
        }

        var excluded = theirs.GetProperty("excluded").EnumerateArray().Select(id => id.GetString());
        Assert.Equal(excluded, ours.Excluded.Select(id => id.ToString()));
    }

    private ServerCertificate Server(uint id, PrivateKey root) => ServerCertificate.Create(id, _server.Public, root, RandomSource.System);

    private SenderCertificate Certificate(
        ProtocolAddress? sender = null,
        IdentityKey? identity = null,
        long expires = Now,
        ServerCertificate? server = null,
        PrivateKey? signer = null,
        string? number = null) => SenderCertificate.Create(
            sender ?? _alice.Address,
            number,
            identity ?? _alice.Identity.Public,
            DateTimeOffset.FromUnixTimeMilliseconds(expires),
            server ?? _serverCertificate,
            signer ?? _server.Private,
            RandomSource.System);

    // A message of a sender key, which is opened no further here.
    private SenderKeyMessage Inner() => new(Guid.NewGuid(), 3, 1, 2, new byte[1024], _server.Private, RandomSource.System);

    // A message of an official session from Alice to Bob.
    private byte[] SessionMessage(byte[] text) => _official.Call(
        "session.encrypt",
        new { party = "alice", address = _bob.Address.Account.ToString(), device = _bob.Address.Device, text }).Bytes("bytes");

    private void Meet(SealedParty from, SealedParty to)
    {
        var bundle = _official.Call("bundle.make", new { party = to.Name }).GetProperty("bundle");
        _official.Call(
            "bundle.process", new { party = from.Name, address = to.Address.Account.ToString(), device = to.Address.Device, bundle });
    }

    private List<SealedParty> Members(int count = Many) =>
    [
        .. Enumerable.Range(0, count).Select(i => new SealedParty(
            _official, $"member {i}", 1 + (i % 127), (uint)(1 + (i * 163)), i % 5 == 0 ? ServiceIdKind.Pni : ServiceIdKind.Aci)),
    ];

    // To Bob, as it is delivered.
    private byte[] Seal(SealedContent content, bool isMany)
    {
        if (!isMany)
        {
            return SealedSenderCipher.Seal(content, _alice.Identity, _bob.Identity.Public, RandomSource.System);
        }

        var sent = SealedSenderCipher.Seal(content, _alice.Identity, [_bob.Recipient], [], RandomSource.System);
        return _official.CallBytes("sealed.single", new { bytes = sent });
    }

    private JsonElement Make(SealedContent content) => _official.Call("content.make", new
    {
        certificate = content.Sender.Serialized.ToArray(),
        type = (int)content.Type,
        bytes = content.MessageBytes.ToArray(),
        hint = (int)content.Hint,
        groupId = content.GroupId.IsEmpty ? null : content.GroupId.ToArray(),
    });

    private object AliceToBob(SealedContent content) => new
    {
        party = "alice",
        address = _bob.Address.Account.ToString(),
        device = _bob.Address.Device,
        content = content.Serialized.ToArray(),
    };
}
