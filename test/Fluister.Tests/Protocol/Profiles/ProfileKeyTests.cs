using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Tests.Protocol.Profiles;

public sealed class ProfileKeyTests
{
    // libsignal, zkgroup/api/profiles/profile_key.rs, access_key_kat.
    [Theory]
    [InlineData("b95042a2c2d9e5b3bb09300ee408a172facd96e91b504e043a5a023dc4cff359", "24fb96d4a5e333e9d4451205b9e2faed")]
    [InlineData("26197b17e5a2c36d8c9518c35358f123c476000db6da7565c0d41f6674462c4d", "e895c30cf780757d22f7a179708b14a1")]
    public void The_access_key_is_as_published(string profileKey, string accessKey)
    {
        using var key = new ProfileKey(Convert.FromHexString(profileKey));
        using var access = key.AccessKey();
        Assert.Equal(accessKey, Convert.ToHexStringLower(access.Reveal()));
    }

    [Fact]
    public void The_verifier_fits_its_own_access_key_alone()
    {
        using var key = ProfileKey.Generate(new SeededRandom(1));
        using var other = ProfileKey.Generate(new SeededRandom(2));
        using var access = key.AccessKey();
        using var otherAccess = other.AccessKey();
        Assert.True(access.Matches(access.Verifier()));
        Assert.False(access.Matches(otherAccess.Verifier()));
        Assert.False(access.Matches([]));
        Assert.False(access.FixedTimeEquals(otherAccess));
        Assert.False(key.FixedTimeEquals(other));
    }

    [Fact]
    public void A_key_of_another_length_is_refused()
    {
        Refused.With(ProtocolError.BadKey, () => new ProfileKey(new byte[31]));
        Refused.With(ProtocolError.BadKey, () => new AccessKey(new byte[32]));
    }

    [Fact]
    public void A_version_belongs_to_an_account_and_no_phone_number()
    {
        using var key = new ProfileKey(new byte[32]);
        Assert.Throws<ArgumentException>(() => key.Version(ServiceId.Pni(default)));
        Assert.Matches("^[0-9a-f]{64}$", key.Version(ServiceId.Aci(default)));
    }
}
