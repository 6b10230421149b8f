using System.Text;
using Fluister.Cryptography.Kdf;

namespace Fluister.Tests.Cryptography;

public sealed class ScryptTests
{
    [Theory] // RFC 7914, section 12; its fourth vector needs 1 GiB and is left out.
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void Published_vectors(string password, string salt, int n, int r, int p, string expected)
    {
        var key = new byte[64];
        Scrypt.DeriveKey(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, 64 << 20, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Theory]
    [InlineData(0, 8, 1)]
    [InlineData(1, 8, 1)]
    [InlineData(1000, 8, 1)]
    [InlineData(1024, 0, 1)]
    [InlineData(1024, 65, 1)]
    [InlineData(1024, 8, 0)]
    [InlineData(1024, 8, 65)]
    [InlineData(1 << 30, 8, 1)]
    public void Parameters_out_of_range_are_refused_before_memory_is_taken(int n, int r, int p)
        => Assert.Throws<ArgumentOutOfRangeException>(() => Scrypt.DeriveKey("x"u8, "y"u8, n, r, p, 64 << 20, new byte[32]));

    [Fact]
    public void The_memory_limit_is_exact()
    {
        var memory = Scrypt.Memory(1024, 8, 1);
        Assert.Equal(1024 * 1024 + (3 * 1024), memory);
        Scrypt.DeriveKey("x"u8, "y"u8, 1024, 8, 1, memory, new byte[32]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Scrypt.DeriveKey("x"u8, "y"u8, 1024, 8, 1, memory - 1, new byte[32]));
    }
}
