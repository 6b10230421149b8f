using System.Security.Cryptography;

namespace Fluister.Tests.Cryptography.Kdf;

/// <summary>What the platform gives and everything here rests on.</summary>
public sealed class HkdfTests
{
    [Theory] // RFC 5869, appendices A.1 to A.3
    [InlineData(22, 1, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(80, 0, "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
        + "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7"
        + "e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8"
        + "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87")]
    [InlineData(22, 1, "", "", "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void Published_vector(int length, int repeated, string salt, string info, string extracted, string expanded)
    {
        // The input of A.1 and A.3 is one byte repeated; that of A.2 counts from zero.
        byte[] input = [.. Enumerable.Range(0, length).Select(i => (byte)(repeated == 1 ? 0x0b : i))];
        var key = HKDF.Extract(HashAlgorithmName.SHA256, input, Convert.FromHexString(salt));
        Assert.Equal(extracted, Convert.ToHexStringLower(key));
        var output = HKDF.Expand(HashAlgorithmName.SHA256, key, expanded.Length / 2, Convert.FromHexString(info));
        Assert.Equal(expanded, Convert.ToHexStringLower(output));
    }
}
