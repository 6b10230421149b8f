using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;
using Fluister.Tests.Protocol.SenderKeys;

namespace Fluister.Tests.Protocol.SealedSender;

public sealed class CertificateTests
{
    // The public key of a private key of zeros, which libsignal's own tests take as the trust root.
    private static readonly PublicKey ZeroRoot = new PrivateKey(new byte[32]).PublicKey();

    private static readonly DateTimeOffset BeforeItsEnd = DateTimeOffset.FromUnixTimeMilliseconds(31336);

    private readonly SealedWorld _world = new(1);

    [Fact]
    public void A_certificate_reads_as_it_was_written()
    {
        var sender = new ProtocolAddress(ServiceId.Pni(Guid.Parse("796abedb-ca4e-4f18-8803-1fde5b921f9f")), 127);
        var expires = SealedWorld.Now.AddTicks(9999);
        var made = SenderCertificate.Create(
            sender, "+14152222222", _world.Alice.Public, expires, _world.ServerCertificate, _world.Server.Private, _world.Random);
        var read = SenderCertificate.Read(made.Serialized);
        foreach (var certificate in new[] { made, read })
        {
            Assert.Equal(sender, certificate.Sender);
            Assert.Equal("+14152222222", certificate.PhoneNumber);
            Assert.Equal(_world.Alice.Public, certificate.Identity);
            Assert.Equal(SealedWorld.Now, certificate.Expires);
            Assert.Equal(9u, certificate.SignerId);
            Assert.Equal(_world.ServerCertificate.Serialized, certificate.Signer!.Serialized);
            Assert.Equal(_world.Server.Public, certificate.Signer.Key);
        }

        Assert.Equal(made.Serialized, read.Serialized);
    }

    [Fact]
    public void A_server_certificate_says_whose_accounts_it_is_good_for_and_the_signature_covers_that()
    {
        byte[] tag = [1, 2, 3, 4, 5];
        var made = ServerCertificate.Create(9, _world.Server.Public, _world.Root.Private, _world.Random, tag);
        var read = ServerCertificate.Read(made.Serialized);
        foreach (var certificate in new[] { made, read })
        {
            Assert.Equal(tag, certificate.Tag.ToArray());
            certificate.Validate([_world.Root.Public]);
        }

        var changed = made.Serialized.ToArray();
        changed[changed.AsSpan().IndexOf(tag)] ^= 1;
        Assert.Equal([0, 2, 3, 4, 5], ServerCertificate.Read(changed).Tag.ToArray());
        Refused.With(ProtocolError.UntrustedCertificate, () => ServerCertificate.Read(changed).Validate([_world.Root.Public]));
        Assert.True(ServerCertificate.Read(_world.ServerCertificate.Serialized).Tag.IsEmpty);
    }

    [Fact]
    public void A_certificate_holds_up_to_its_last_millisecond()
    {
        PublicKey[] roots = [_world.Root.Public];
        Assert.Equal(9u, _world.Certificate.Validate(roots, SealedWorld.Now).Id);
        Assert.Equal(_world.Server.Public, _world.Certificate.Validate(roots, SealedWorld.Now.AddYears(-90)).Key);
        Refused.With(ProtocolError.ExpiredCertificate, () => _world.Certificate.Validate(roots, SealedWorld.Now.AddMilliseconds(1)));
    }

    [Fact]
    public void Any_of_several_trust_roots_will_do()
    {
        var others = Enumerable.Range(0, 3).Select(_ => KeyPair.Generate(_world.Random).Public).ToArray();
        foreach (var roots in new PublicKey[][] { [_world.Root.Public, .. others], [.. others, _world.Root.Public] })
        {
            Assert.Equal(9u, _world.Certificate.Validate(roots, SealedWorld.Now).Id);
        }

        Refused.With(ProtocolError.UntrustedCertificate, () => _world.Certificate.Validate(others, SealedWorld.Now));
        Refused.With(ProtocolError.UntrustedCertificate, () => _world.Certificate.Validate([], SealedWorld.Now));
    }

    [Fact]
    public void A_revoked_server_certificate_is_not_trusted()
    {
        var revoked = ServerCertificate.Create(0xdeadc357, _world.Server.Public, _world.Root.Private, _world.Random);
        var certificate = _world.Certify(SealedWorld.AliceAddress, _world.Alice.Public, server: revoked);
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([_world.Root.Public], SealedWorld.Now));
    }

    [Fact]
    public void A_certificate_that_another_server_signed_is_not_trusted()
    {
        var other = KeyPair.Generate(_world.Random);
        var certificate = SenderCertificate.Create(
            SealedWorld.AliceAddress, null, _world.Alice.Public, SealedWorld.Now, _world.ServerCertificate, other.Private, _world.Random);
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([_world.Root.Public], SealedWorld.Now));
    }

    [Fact]
    public void No_bit_of_a_certificate_can_be_changed()
    {
        var bytes = _world.Certificate.Serialized.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.Throws<ProtocolException>(() => SenderCertificate.Read(changed).Validate([_world.Root.Public], SealedWorld.Now));
        }
    }

    [Fact]
    public void A_certificate_that_is_cut_off_is_malformed()
    {
        var (sender, server) = (_world.Certificate.Serialized.ToArray(), _world.ServerCertificate.Serialized.ToArray());
        Assert.Equal(0, SenderKeyRecordTests.Truncations(sender, bytes => SenderCertificate.Read(bytes)));
        Assert.Equal(0, SenderKeyRecordTests.Truncations(server, bytes => ServerCertificate.Read(bytes)));
        Refused.With(ProtocolError.Malformed, () => SenderCertificate.Read([]));
        Refused.With(ProtocolError.Malformed, () => ServerCertificate.Read([]));
    }

    [Theory] // libsignal, sealed_sender.rs: test_lossless_round_trip (an unknown field is signed as well), test_uuid_bytes_representation
    [InlineData(
        "100119697a0000000000002221056c9d1f8deb82b9a898f9c277a1b74989ec009afb5c0acb5e8e69e3d5ca29d6322a690a2508011221053b"
        + "03ca070e6f6b2f271d32f27321689cdf4e59b106c10b58fbe15063ed868a5a124024bc92954e52ad1a105b5bda85c9db410dcfeb42a671b4"
        + "5a523b3a46e9594a8bde0efc671d8e8e046b32c67f59b80a46ffdf24071850779bc21325107902af89322461616161616161612d37303030"
        + "2d313165622d623332612d333362386138613438376136ba3e136372617368696e6720726967687420646f776e",
        "a22d8f86f5d00794f319add821e342c6ffffb6b34f741e569f8b321ab0255f2d1757ecf648e53a3602cae8f09b3fc80dcf27534d67efd272"
        + "b6739afc31f75c8c")]
    [InlineData(
        "100119697a000000000000222105e083a8ce423d1c1955174107a85a6a7f3bcbf566723624077f75eafe8e0a07752a690a25080112210507"
        + "a24397ae27d06fa76d2f02cfb5546e0b23a7e0c3670c1eb1e73b135a8e1e4d12407d127509ae1f5e9dcaa511793d3e94350dcb269e4ca545"
        + "00da6e1f4dc13d95940c15badef019edfe8666315500c54e4489d4b83f6ce79c7f65c9772a1a83d88c3a10aaaaaaaa700011ebb32a33b8a8"
        + "a487a6",
        "755c428e9bf6ba367152f1e545834649b4e8f70df8383a352a953fdb774862af5d42fab573fc52b90ad47c331c36f93b1a4fa7a2504917d8"
        + "95452ffe7f44bd0e")]
    public void Certificates_of_the_official_tests_hold(string content, string signature)
    {
        var certificate = SenderCertificate.Read(Signed(content, signature));
        Assert.Equal(SealedWorld.Address("aaaaaaaa-7000-11eb-b32a-33b8a8a487a6", 1), certificate.Sender);
        Assert.Null(certificate.PhoneNumber);
        Assert.Equal(31337, certificate.Expires.ToUnixTimeMilliseconds());
        Assert.Equal(1u, certificate.Validate([ZeroRoot], BeforeItsEnd).Id);
    }

    [Fact] // libsignal, sealed_sender.rs: test_known_server_cert
    public void A_server_certificate_may_be_named_by_an_id_that_is_known()
    {
        var certificate = SenderCertificate.Read(Signed(
            "100119697a000000000000222105d75b13e15c7700079dd226f51e5a790ba395e819e88a74d0cf5cedfad8b4334840d786df9a0732246161"
            + "6161616161612d373030302d313165622d623332612d333362386138613438376136",
            "e62667bce627caed56ca2ab309b6ae7bc890a30a7482c0e1fd77ec9c3b7528abfd45c8c42b240509a71d973ef5e0f1dbd2685fe01410f0fd"
            + "baa8fb247a67e08f"));
        Assert.Equal((null, 0x7357c357u), (certificate.Signer, certificate.SignerId));
        var row = KnownCertificates.First(row => row.Data.Id == 0x7357c357).Data;
        var known = ServerCertificate.Read(Convert.FromHexString(row.Certificate));
        Assert.Equal(0x7357c357u, certificate.Validate([ZeroRoot], BeforeItsEnd, [_world.ServerCertificate, known]).Id);
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([ZeroRoot], BeforeItsEnd));
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([ZeroRoot], BeforeItsEnd, [_world.ServerCertificate]));
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([_world.Root.Public], BeforeItsEnd, [known]));
    }

    // libsignal, sealed_sender.rs: KNOWN_SERVER_CERTIFICATES, of the service's staging and production and of its tests.
    public static TheoryData<(uint Id, string Root, string Certificate)> KnownCertificates { get; } =
    [
        (
            2,
            "BYhU6tPjqP46KGZEzRs1OL4U39V5dlPJ/X09ha4rErkm",
            "0a25080212210539450d63ebd0752c0fd4038b9d07a916f5e174b756d409b5ca79f4c97400631e124064c5a38b1e927497d3d4786b101a62"
            + "3ab34a7da3954fae126b04dba9d7a3604ed88cdc8550950f0d4a9134ceb7e19b94139151d2c3d6e1c81e9d1128aafca806"),
        (
            3,
            "BUkY0I+9+oPgDCn4+Ac6Iu813yvqkDr/ga8DzLxFxuk6",
            "0a250803122105bc9d1d290be964810dfa7e94856480a3f7060d004c9762c24c575a1522353a5a1240c11ec3c401eb0107ab38f8600e8720"
            + "a63169e0e2eb8a3fae24f63099f85ea319c3c1c46d3454706ae2a679d1fee690a488adda98a2290b66c906bb60295ed781"),
        (
            0x7357c357,
            "BS/lfaNHzWJDFSjarF+7KQcw//aEr8TPwu2QmV9Yyzt0",
            "0a2908d786df9a07122105847c0d2c375234f365e660955187a3735a0f7613d1609d3a6a4d8c53aeaa5a221240e0b9ebacdfc3aa2827f792"
            + "4b697784d1c25e44ca05dd433e1a38dc6382eb2730d419ca9a250b1be9d5a9463e61efd6781777a91b83c97b844d014206e2829785"),
    ];

    [Theory]
    [MemberData(nameof(KnownCertificates))]
    public void Known_server_certificates_are_signed_by_their_trust_roots((uint Id, string Root, string Certificate) row)
    {
        var certificate = ServerCertificate.Read(Convert.FromHexString(row.Certificate));
        Assert.Equal(row.Id, certificate.Id);
        certificate.Validate([PublicKey.Read(Convert.FromBase64String(row.Root))]);
        Refused.With(ProtocolError.UntrustedCertificate, () => certificate.Validate([_world.Root.Public]));
    }

    [Theory]
    [InlineData("sender is no id", "1001190000000000000000222105{0}32016140d78603")]
    [InlineData("sender is a short UUID", "1001190000000000000000222105{0}3a0161400a")]
    [InlineData("sender is missing", "1001190000000000000000222105{0}400a")]
    [InlineData("signer is missing", "1001190000000000000000222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6")]
    [InlineData("device is 0", "1000190000000000000000222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a")]
    [InlineData("device is 128", "108001190000000000000000222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a")]
    [InlineData("end is missing", "1001222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a")]
    [InlineData("identity key is missing", "10011900000000000000003a10aaaaaaaa700011ebb32a33b8a8a487a6400a")]
    [InlineData("phone number is no text", "0a01ff1001190000000000000000222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a")]
    public void A_certificate_of_another_form_is_malformed(string why, string content)
    {
        var filled = string.Format(null, content, new string('1', 64));
        var good = string.Format(null, "1001190000000000000000222105{0}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a", new string('1', 64));
        Assert.Equal(10u, SenderCertificate.Read(Signed(good, new string('0', 128))).SignerId);
        var refusal = Record.Exception(() => SenderCertificate.Read(Signed(filled, new string('0', 128))));
        Assert.True(refusal is ProtocolException { Error: ProtocolError.Malformed }, why);
    }

    [Fact]
    public void A_certificate_may_end_after_all_time()
    {
        var content = $"100119ffffffffffffffff222105{new string('1', 64)}3a10aaaaaaaa700011ebb32a33b8a8a487a6400a";
        Assert.Equal(9999, SenderCertificate.Read(Signed(content, new string('0', 128))).Expires.Year);
    }

    [Fact]
    public void The_certificates_of_the_official_package_are_written_alike()
    {
        var golden = Golden.Read("sealed");
        var root = PublicKey.Read(golden.Bytes("trustRoot"));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(golden.GetProperty("now").GetInt64());
        var theirs = SenderCertificate.Read(golden.Bytes("certificate"));
        Assert.Equal(9u, theirs.Validate([root], now).Id);
        var expired = SenderCertificate.Read(golden.Bytes("expired"));
        Refused.With(ProtocolError.ExpiredCertificate, () => expired.Validate([root], now));

        // All but the signatures, which have random bytes in them.
        var ours = SenderCertificate.Create(
            theirs.Sender, theirs.PhoneNumber, theirs.Identity, theirs.Expires, theirs.Signer!, _world.Server.Private, _world.Random);
        Assert.Equal(golden.Bytes("certificate").AsSpan()[..^64], ours.Serialized[..^64]);
        var server = ServerCertificate.Create(9, PublicKey.Read(golden.Bytes("serverKey")), _world.Root.Private, _world.Random);
        Assert.Equal(golden.Bytes("serverCertificate").AsSpan()[..^64], server.Serialized[..^64]);
    }

    private static byte[] Signed(string content, string signature) =>
        new SignedBytes(Convert.FromHexString(content), Convert.FromHexString(signature)).Write();
}
