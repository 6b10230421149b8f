using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Operations;
using Fluister.Tests.Protocol;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Operations;

/// <summary>What a server says of itself, and the link that leads to it.</summary>
public sealed class DescriptorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SeededRandom _random = new(5);

    [Fact]
    public void It_tells_what_clients_must_know_and_the_identity_key_stands_for_it()
    {
        var identity = ServerIdentity.Generate(_random);
        using var authority = NetworkAuthority.Create("chat.example.org", Now);
        var options = new ServerOptions { Domain = "chat.example.org", Country = "NL" };
        var signed = SignedDescriptor.Sign(
            Descriptor.Write(options, 8443, identity, authority, authority, Now), identity.Genesis.Private, _random);
        var read = SignedDescriptor.Read(signed, identity.Genesis.Public)!;
        Assert.Equal(identity.Tag.ToString(), read.Tag);
        Assert.Equal("https://chat.example.org:8443", read.Urls.Chat);
        Assert.Equal(authority.RawData, read.Tls.Authority);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo())), read.Tls.Pin);
        Assert.Equal("NL", read.Country);
        Assert.Equal(Now.ToUnixTimeMilliseconds(), read.Sequence);
        Assert.Equal(identity.Zk.Public.Write(), read.ZkParams);
        ServerCertificate.Read(read.ServerCertificate).Validate([Protocol.Keys.PublicKey.Read(read.TrustRoots.Single())]);
    }

    [Fact]
    public void Changed_or_signed_by_another_it_is_not_believed()
    {
        var (identity, other) = (ServerIdentity.Generate(_random), ServerIdentity.Generate(_random));
        using var authority = NetworkAuthority.Create("localhost", Now);
        var bytes = Descriptor.Write(new ServerOptions(), 8443, identity, authority, authority, Now);
        var signed = SignedDescriptor.Sign(bytes, identity.Genesis.Private, _random);
        Assert.NotNull(SignedDescriptor.Read(signed, identity.Genesis.Public));
        Assert.Null(SignedDescriptor.Read(signed, other.Genesis.Public));
        Assert.Null(SignedDescriptor.Read("{}"u8, identity.Genesis.Public));
        var json = JsonNode.Parse(signed)!;
        var changed = Encoding.UTF8.GetString(bytes).Replace("8443", "8444", StringComparison.Ordinal);
        json["descriptor"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(changed));
        Assert.Null(SignedDescriptor.Read(Encoding.UTF8.GetBytes(json.ToJsonString()), identity.Genesis.Public));
    }

    [Fact]
    public void The_signature_is_good_for_nothing_but_a_descriptor()
    {
        var identity = ServerIdentity.Generate(_random);
        using var authority = NetworkAuthority.Create("localhost", Now);
        var bytes = Descriptor.Write(new ServerOptions(), 8443, identity, authority, authority, Now);
        var signature = Convert.FromBase64String(
            (string)JsonNode.Parse(SignedDescriptor.Sign(bytes, identity.Genesis.Private, _random))!["signature"]!);
        Assert.False(identity.Genesis.Public.Verify(bytes, signature));
    }

    [Fact]
    public void A_rotated_signer_has_the_next_number_and_the_same_root_behind_it()
    {
        var before = ServerIdentity.Generate(_random);
        var after = ServerIdentity.Read(before.RotateSigner(_random).Write());
        Assert.Equal(before.Certificate.Id + 1, after.Certificate.Id);
        Assert.Equal((before.Tag, before.Root.Public), (after.Tag, after.Root.Public));
        Assert.NotEqual(before.Signer.Public, after.Signer.Public);
        Assert.Equal(after.Signer.Public, after.Certificate.Key);
        after.Certificate.Validate([before.Root.Public]);
    }

    [Fact]
    public void A_link_names_server_key_token_and_code()
    {
        var identity = ServerIdentity.Generate(_random);
        var invite = Invite.Generate(1, Now, TimeSpan.FromDays(1), _random);
        var server = new Uri("https://chat.example.org:8443");
        var text = new InviteLink(server, identity.Genesis.Public, invite.Text, invite.Code).ToString();
        var link = new Uri(text);
        Assert.Equal(("fluister", "chat.example.org", 8443), (link.Scheme, link.Host, link.Port));
        Assert.Equal($"#{invite.Text}.{invite.Code}", link.Fragment);
        Assert.Equal(invite.Token, Invite.ReadToken(invite.Text));
        Assert.True(InviteLink.TryParse(text, out var read));
        Assert.Equal((server, identity.Genesis.Public, $"{invite.Text}.{invite.Code}"), (read.Server, read.Key, read.Purchase));
    }

    [Fact]
    public void A_QR_code_is_square_and_has_its_quiet_zone()
    {
        var lines = TerminalQrCode.Of("fluister://localhost:8443/?key=x#y").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
        Assert.Equal((lines[0].Length + 1) / 2, lines.Length);
        Assert.Equal(new string('█', lines[0].Length), lines[0]);
        Assert.StartsWith("████ ▄▄▄▄▄ █", lines[2]);
    }
}
