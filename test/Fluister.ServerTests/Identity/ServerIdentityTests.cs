using System.Text;
using System.Text.Json.Nodes;
using Fluister.Server.Identity;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Identity;

/// <summary>A server's keys as the file has them.</summary>
public sealed class ServerIdentityTests
{
    private readonly ServerIdentity _identity = ServerIdentity.Generate(new SeededRandom(9));

    [Fact]
    public void Keys_are_the_same_after_they_were_written_and_read()
    {
        var read = ServerIdentity.Read(_identity.Write());
        Assert.Equal(_identity.Zk.Write(), read.Zk.Write());
        Assert.Equal(_identity.Write(), read.Write());
        Assert.NotEqual(_identity.Zk.Public.Write(), ServerIdentity.Generate(new SeededRandom(10)).Zk.Public.Write());
    }

    [Fact]
    public void A_new_signer_leaves_the_zero_knowledge_params_as_they_are() =>
        Assert.Equal(_identity.Zk.Write(), _identity.RotateSigner(new SeededRandom(11)).Zk.Write());

    [Fact]
    public void A_file_without_zero_knowledge_params_gets_the_same_ones_every_time()
    {
        var old = JsonNode.Parse(_identity.Write())!.AsObject();
        Assert.True(old.Remove("zkSeed"));
        var bytes = Encoding.UTF8.GetBytes(old.ToJsonString());
        var (one, two) = (ServerIdentity.Read(bytes), ServerIdentity.Read(bytes));
        Assert.Equal(one.Zk.Write(), two.Zk.Write());
        Assert.Equal(one.Zk.Write(), ServerIdentity.Read(one.Write()).Zk.Write());
        Assert.NotEqual(_identity.Zk.Write(), one.Zk.Write());
    }

    [Theory]
    [InlineData("\"AAAA\"")]
    [InlineData("7")]
    public void A_file_with_another_seed_is_refused(string seed)
    {
        var wrong = JsonNode.Parse(_identity.Write())!;
        wrong["zkSeed"] = JsonNode.Parse(seed);
        Assert.Throws<InvalidDataException>(() => ServerIdentity.Read(Encoding.UTF8.GetBytes(wrong.ToJsonString())));
    }
}
