using System.Text;
using Fluister.Protocol;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Tests.Protocol;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Identity;

/// <summary>Servers under one root: how they ask, what is signed, and who believes whom.</summary>
public sealed class NetworkTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SeededRandom _random = new(21);
    private readonly NetworkRoot _root;
    private readonly ServerIdentity _ada;
    private readonly ServerIdentity _ben;

    public NetworkTests()
    {
        _root = NetworkRoot.Read(NetworkRoot.Generate(_random).Write());
        (_ada, _ben) = (ServerIdentity.Generate(_random), ServerIdentity.Generate(_random));
    }

    [Fact]
    public void A_member_has_a_certificate_for_its_own_tag_and_keeps_its_own_root()
    {
        var joined = ServerIdentity.Read(Join(_ada).Write());
        joined.Certificate.Validate([_root.Public]);
        Assert.Throws<ProtocolException>(() => joined.Certificate.Validate([_ada.Root.Public]));
        Assert.True(joined.Tag.Fits(joined.Certificate.Tag));
        Assert.Equal((_ada.Tag, _ada.Signer.Public, 2u), (joined.Tag, joined.Signer.Public, joined.Certificate.Id));
        Assert.Equal([_root.Public, _ada.Root.Public], joined.TrustRoots);
        Assert.Equal(joined.TrustRoots.Select(root => root.Serialized.ToArray()), Said(joined).TrustRoots);
    }

    [Fact]
    public void A_request_is_believed_only_as_the_server_that_it_names_has_signed_it()
    {
        var rotated = _ada.RotateKey(_random);
        foreach (var asker in new[] { _ada, rotated })
        {
            var asked = MembershipRequest.Read(MembershipRequest.Write(asker, "a.example", _random));
            Assert.Equal((_ada.Genesis.Public, "a.example", _ada.Tag), (asked.Genesis, asked.Domain, asked.Tag));
        }

        var request = Encoding.UTF8.GetString(MembershipRequest.Write(rotated, "a.example", _random));
        var start = request.IndexOf("\"request\": \"", StringComparison.Ordinal) + 12;
        var bytes = Convert.FromBase64String(request[start..request.IndexOf('"', start)]);
        var other = Encoding.UTF8.GetString(bytes).Replace("a.example", "b.example", StringComparison.Ordinal);
        var changed = request.Replace(
            Convert.ToBase64String(bytes), Convert.ToBase64String(Encoding.UTF8.GetBytes(other)), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => MembershipRequest.Read(Encoding.UTF8.GetBytes(changed)));
        foreach (var junk in new[] { "", "{}", "null", "{\"request\":\"AAAA\",\"signature\":\"\"}" })
        {
            Assert.Throws<InvalidDataException>(() => MembershipRequest.Read(Encoding.UTF8.GetBytes(junk)));
            Assert.Throws<InvalidDataException>(() => NetworkMembership.Read(Encoding.UTF8.GetBytes(junk)));
            Assert.Throws<InvalidDataException>(() => NetworkRoot.Read(Encoding.UTF8.GetBytes(junk)));
        }
    }

    [Fact]
    public void A_server_joins_with_nothing_but_a_certificate_for_itself_and_for_a_key_that_it_has()
    {
        var (mine, other) = (Admit(_ada), NetworkRoot.Generate(_random));
        Assert.Throws<InvalidDataException>(() => _ben.Join(mine.Root, mine.Certificate, null));
        Assert.Throws<InvalidDataException>(() => _ada.Join(other.Public, mine.Certificate, null));
        Assert.Throws<InvalidDataException>(() => _ada.RotateSigner(_random).Join(mine.Root, mine.Certificate, null));
        var elsewhere = other.Admit(Request(_ada), _random);
        Assert.Throws<InvalidDataException>(() => Join(_ada).Join(elsewhere.Root, elsewhere.Certificate, null));
        var tagless = ServerCertificate.Create(2, _ada.Signer.Public, _ada.Root.Private, _random);
        Assert.Throws<InvalidDataException>(() => _ada.Join(_ada.Root.Public, tagless, null));
        Assert.Equal(_root.Public, _ada.Join(mine.Root, mine.Certificate, null).JoinedRoot);
    }

    [Fact]
    public void In_a_network_a_new_signer_signs_when_the_root_has_certified_it()
    {
        var joined = Join(_ada);
        var waiting = ServerIdentity.Read(joined.RotateSigner(_random).Write());
        Assert.Equal((joined.Signer.Public, joined.Certificate.Id), (waiting.Signer.Public, waiting.Certificate.Id));
        var done = Join(waiting);
        Assert.Null(done.NextSigner);
        Assert.Equal(waiting.NextSigner!.Public, done.Signer.Public);
        Assert.Equal((done.Signer.Public, joined.Certificate.Id + 1), (done.Certificate.Key, done.Certificate.Id));
        done.Certificate.Validate([_root.Public]);
    }

    [Fact]
    public void Sealed_messages_cross_when_every_certificate_that_holds_is_one_that_the_peer_s_clients_believe()
    {
        Assert.False(_ada.IsTrustedBy(Said(_ben), Now));
        Assert.False(Join(_ada).IsTrustedBy(Said(_ben), Now));
        Assert.False(_ada.IsTrustedBy(Said(Join(_ben)), Now));
        Assert.True(Join(_ada).IsTrustedBy(Said(Join(_ben)), Now));
        Assert.True(Join(_ada).IsTrustedBy(Said(Join(_ada)), Now));

        var withPeople = ServerIdentity.Read(Join(_ada, Now.AddDays(7)).Write());
        Assert.False(withPeople.IsTrustedBy(Said(Join(_ben)), Now.AddDays(7).AddTicks(-1)));
        Assert.True(withPeople.IsTrustedBy(Said(Join(_ben)), Now.AddDays(7)));
        Assert.Equal(Now.AddDays(7), Join(withPeople.RotateSigner(_random), Now.AddDays(90)).SealedFrom);
    }

    [Fact]
    public void A_rotated_identity_keeps_tag_and_fingerprint_and_reads_as_it_was_written()
    {
        var once = _ada.RotateKey(_random);
        var twice = ServerIdentity.Read(once.RotateKey(_random).Write());
        Assert.Equal((_ada.Tag, _ada.Genesis.Public), (twice.Tag, twice.Genesis.Public));
        Assert.Equal(twice.Key.Public, KeyHistory.Walk(_ada.Genesis.Public, twice.Keys));
        Assert.Null(KeyHistory.Walk(_ben.Genesis.Public, twice.Keys));
        Assert.Null(KeyHistory.Walk(_ada.Genesis.Public, [.. twice.Keys!.Reverse()]));
        Assert.True(KeyHistory.Continues(twice.Keys, once.Keys));
        Assert.True(KeyHistory.Continues(once.Keys, null));
        Assert.False(KeyHistory.Continues(once.Keys, twice.Keys));
        Assert.False(KeyHistory.Continues(_ada.RotateKey(_random).Keys, once.Keys));
        Assert.Equal(twice.Key.Public, SignedDescriptor.CurrentKey(Said(twice)));
        Assert.Equal(_ada.Genesis.Public, SignedDescriptor.CurrentKey(Said(_ada)));
    }

    [Fact]
    public void A_history_that_is_too_long_is_not_walked()
    {
        var identity = _ada;
        for (var i = 0; i < KeyHistory.Longest; i++)
        {
            identity = identity.RotateKey(_random);
        }

        Assert.Equal(identity.Key.Public, KeyHistory.Walk(_ada.Genesis.Public, identity.Keys));
        Assert.Null(KeyHistory.Walk(_ada.Genesis.Public, identity.RotateKey(_random).Keys));
    }

    private static MembershipRequest Request(ServerIdentity asker) =>
        MembershipRequest.Read(MembershipRequest.Write(asker, "a.example", new SeededRandom(1)));

    private NetworkMembership Admit(ServerIdentity asker) =>
        NetworkMembership.Read(_root.Admit(Request(asker), _random).Write());

    private ServerIdentity Join(ServerIdentity asker, DateTimeOffset? sealedFrom = null)
    {
        var given = Admit(asker);
        return asker.Join(given.Root, given.Certificate, sealedFrom);
    }

    private DescriptorJson Said(ServerIdentity identity)
    {
        using var authority = Server.Hosting.NetworkAuthority.Create("localhost", Now);
        var bytes = Descriptor.Write(new ServerOptions(), 443, identity, authority, authority, Now);
        return SignedDescriptor.Read(SignedDescriptor.Sign(bytes, identity.Key.Private, _random), identity.Genesis.Public)!;
    }
}
