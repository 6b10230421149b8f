using Fluister.Protocol.Identity;
using Fluister.Protocol.Keys;

namespace Fluister.Tests.Protocol.Identity;

public sealed class AlternateIdentityTests
{
    private static readonly SeededRandom Random = new(9);

    [Fact]
    public void One_identity_vouches_for_the_other()
    {
        var (account, number) = (IdentityKeyPair.Generate(Random), IdentityKeyPair.Generate(Random));
        var stranger = IdentityKeyPair.Generate(Random);
        var signature = AlternateIdentity.Sign(number, account.Public, Random);
        Assert.Equal(64, signature.Length);
        Assert.True(AlternateIdentity.Verify(number.Public, account.Public, signature));
        Assert.False(AlternateIdentity.Verify(account.Public, number.Public, signature));
        Assert.False(AlternateIdentity.Verify(number.Public, stranger.Public, signature));
        Assert.False(AlternateIdentity.Verify(stranger.Public, account.Public, signature));
    }

    [Fact]
    public void A_changed_or_foreign_signature_is_refused()
    {
        var (account, number) = (IdentityKeyPair.Generate(Random), IdentityKeyPair.Generate(Random));
        var signature = AlternateIdentity.Sign(number, account.Public, Random);
        for (var bit = 0; bit < signature.Length * 8; bit += 7)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(AlternateIdentity.Verify(number.Public, account.Public, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(AlternateIdentity.Verify(number.Public, account.Public, signature.AsSpan(1)));
        Assert.False(AlternateIdentity.Verify(number.Public, account.Public, []));

        // A signature of the bare key, as of a signed pre-key, says nothing of the kind.
        var ofKey = number.Private.Sign(account.Public.Serialized, Random);
        Assert.False(AlternateIdentity.Verify(number.Public, account.Public, ofKey));
    }

    [Fact]
    public void The_statement_is_the_official_one()
    {
        var (account, number) = (IdentityKeyPair.Generate(Random), IdentityKeyPair.Generate(Random));
        byte[] statement = [.. Enumerable.Repeat((byte)0xff, 32), .. "Signal_PNI_Signature"u8, .. account.Public.Serialized];
        Assert.True(AlternateIdentity.Verify(number.Public, account.Public, number.Private.Sign(statement, Random)));
    }
}
