using Fluister.Protocol.Keys;
using Fluister.Tests.Protocol;
using Fluister.Wire;

namespace Fluister.ServerTests;

/// <summary>Ids bear the tag of the server that minted them.</summary>
public sealed class ServerTagTests
{
    [Fact]
    public void A_minted_id_is_a_UUID_of_version_4_that_bears_the_tag()
    {
        var random = new SeededRandom(1);
        var tag = ServerTag.Of(KeyPair.Generate(random).Public);
        var ids = Enumerable.Range(0, 1000).Select(_ => tag.Mint(random)).ToList();
        Assert.All(ids, id =>
        {
            Assert.Equal(tag, ServerTag.Of(id));
            Assert.Equal(4, id.Version);
            Assert.InRange(id.Variant, 8, 11);
        });
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Another_key_gives_another_tag()
    {
        var random = new SeededRandom(2);
        Assert.NotEqual(ServerTag.Of(KeyPair.Generate(random).Public), ServerTag.Of(KeyPair.Generate(random).Public));
    }
}
