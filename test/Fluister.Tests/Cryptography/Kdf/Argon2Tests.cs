using System.Runtime.Intrinsics.X86;
using Fluister.Cryptography.Kdf;

namespace Fluister.Tests.Cryptography.Kdf;

public sealed class Argon2Tests
{
    private static readonly string[] Vectors =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cryptography", "vectors", "argon2.txt"))
            .Where(line => !line.StartsWith('#')),
    ];

    public static TheoryData<int, string> Published() => [.. Vectors.Select((line, number) => (number, line.Split(' ')[0]))];

    [Theory] // RFC 9106, sections 5.2 and 5.3; known answers made with Debian's libargon2
    [MemberData(nameof(Published))]
    public void Known_answer(int number, string source)
    {
        var fields = Vectors[number].Split(' ');
        Assert.Equal(source, fields[0]);
        var (memory, passes, lanes) = (int.Parse(fields[2]), int.Parse(fields[3]), int.Parse(fields[4]));
        var values = fields[5..].Select(field => Convert.FromHexString(field == "-" ? "" : field)).ToArray();
        var output = new byte[values[4].Length];
        if (fields[1] == "id")
        {
            Argon2id.Derive(values[0], values[1], memory, passes, lanes, output, values[2], values[3]);
        }
        else
        {
            Argon2i.Derive(values[0], values[1], memory, passes, lanes, output, values[2], values[3]);
        }

        Assert.Equal(values[4], output);
    }

    [Fact]
    public unsafe void Both_permutations_agree()
    {
        const int Seed = 9106;
        var random = new Random(Seed);
        var (a, b) = (new ulong[128], new ulong[128]);
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < a.Length; i++)
            {
                a[i] = b[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            }

            fixed (ulong* p = a, q = b)
            {
                Argon2.Permute(p);
                if (Avx2.IsSupported)
                {
                    Argon2.PermuteAccelerated(q);
                }
                else
                {
                    Argon2.Permute(q);
                }
            }

            Assert.Equal(a, b);
        }
    }

    [Theory]
    [InlineData(7, 8, 1, 1, 4)]
    [InlineData(8, 7, 1, 1, 4)]
    [InlineData(8, 31, 1, 4, 4)]
    [InlineData(8, 8, 0, 1, 4)]
    [InlineData(8, 8, 1, 0, 4)]
    [InlineData(8, 8, 1, 1, 3)]
    [InlineData(8, Argon2id.MaximumMemoryKiB + 1, 1, 1, 4)]
    [InlineData(8, int.MaxValue, 1, int.MaxValue, 4)]
    public void A_cost_or_length_outside_its_range_is_a_mistake_of_the_caller(int salt, int memory, int passes, int lanes, int output) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Argon2id.Derive("pin"u8, new byte[salt], memory, passes, lanes, new byte[output]));
}
