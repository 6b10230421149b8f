using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.ZkGroup.Profiles;

namespace Fluister.Tests.Protocol.ZkGroup;

/// <summary>Commitments to profile keys, with values that the official package gave (ProfileKey.getCommitment).</summary>
public sealed class ProfileKeyCommitmentTests
{
    [Theory]
    [InlineData(
        "1111111111111111111111111111111111111111111111111111111111111111",
        "00112233-4455-6677-8899-aabbccddeeff",
        "00c01c9a113df692b35b0664b1f0332e5d944c4737a3b633065b07002bba3d5a10cefa92b17da50a36d62ab86ce51702a5ff92042f465f1338f675f602f459"
        + "c574ec3c020e3e8eb45640e9b720b86967350182a88507f9bef754b99e173867fb34")]
    [InlineData(
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
        "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
        "00bebbc3cb94c846d42509077d759c2e35c77bbf941db51ab7663d01acee3a375c9423d739831d7a37f518faaf8e0973f707f3dce19420befa0b81dc679361"
        + "017124885fe26a122d1764c63659e194f726945a14813a1a979338b9e7bf0771ed2a")]
    public void A_commitment_is_the_official_one(string key, string aci, string commitment)
    {
        using var profileKey = new ProfileKey(Convert.FromHexString(key));
        Assert.Equal(commitment, Convert.ToHexStringLower(ProfileKeyCommitment.Of(profileKey, ServiceId.Aci(Guid.Parse(aci)))));
    }

    [Fact]
    public void Only_an_account_has_one()
    {
        using var key = new ProfileKey(new byte[ProfileKey.Bytes]);
        Assert.Throws<ArgumentException>(() => ProfileKeyCommitment.Of(key, ServiceId.Pni(Guid.Empty)));
    }
}
