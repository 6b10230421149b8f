using System.Buffers.Binary;
using System.Text.Json;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Encoding;

namespace Fluister.Tests.Cryptography.Kem;

/// <summary>ML-KEM-768 in parts, against ML-KEM-768 in one piece.</summary>
public sealed class IncrementalMlKem768Tests
{
    [Fact]
    public void The_parts_joined_are_plain_ML_KEM_768_with_the_same_randomness()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var key = new Parts(random);
            var (publicKey, privateKey) = (new byte[1184], new byte[2400]);
            MlKem.Kem768.GenerateKey(key.Seed, publicKey, privateKey);
            Assert.True(publicKey.AsSpan().SequenceEqual([.. key.Vector, .. key.Header[..32]]), $"seed {seed}");
            Assert.Equal(privateKey, key.PrivateKey);

            var message = Bytes(random, 32);
            var (ciphertext, shared) = (new byte[1088], new byte[32]);
            Assert.True(MlKem.Kem768.TryEncapsulate(publicKey, message, ciphertext, shared));
            var (first, second, early) = key.Encapsulate(message, state => state);
            Assert.True(ciphertext.AsSpan().SequenceEqual([.. first, .. second]), $"seed {seed}");
            Assert.Equal(shared, early);

            var opened = new byte[32];
            IncrementalMlKem768.Decapsulate(key.PrivateKey, first, second, opened);
            Assert.Equal(shared, opened);
        }
    }

    [Fact]
    public void A_state_with_its_numbers_the_other_way_round_ends_the_same()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var key = new Parts(random);
            var message = Bytes(random, 32);
            var (first, second, _) = key.Encapsulate(message, state => state);
            var (sameFirst, sameSecond, _) = key.Encapsulate(message, state =>
            {
                for (var i = 0; i < 2048; i += 2)
                {
                    (state[i], state[i + 1]) = (state[i + 1], state[i]);
                }

                return state;
            });
            Assert.True(first.AsSpan().SequenceEqual(sameFirst) && second.AsSpan().SequenceEqual(sameSecond), $"seed {seed}");
        }
    }

    [Fact]
    public void The_first_step_leaves_byte_for_byte_what_it_leaves_in_the_official_packages_records()
    {
        var states = 0;
        foreach (var (header, state, ciphertext) in OfficialStates())
        {
            var (first, ours, shared) = (new byte[960], new byte[2080], new byte[32]);
            IncrementalMlKem768.Encapsulate1(header, state.AsSpan(2048), first, ours, shared);
            Assert.Equal(ciphertext, first);
            Assert.Equal(state, ours);
            states++;
        }

        Assert.True(states >= 10, $"{states} states");
    }

    [Fact]
    public void Any_number_of_the_same_class_in_a_state_ends_the_same()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var key = new Parts(random);
            var message = Bytes(random, 32);
            var (_, second, _) = key.Encapsulate(message, state => state);
            var (_, sameSecond, _) = key.Encapsulate(message, state =>
            {
                for (var i = 0; i < 2 * 768; i += 2)
                {
                    var number = BinaryPrimitives.ReadInt16LittleEndian(state.AsSpan(i)) + (3329 * random.Next(-9, 10));
                    Assert.InRange(number, -32768, 32767);
                    BinaryPrimitives.WriteInt16LittleEndian(state.AsSpan(i), (short)number);
                }

                return state;
            });
            Assert.True(second.AsSpan().SequenceEqual(sameSecond), $"seed {seed}");
        }
    }

    [Fact]
    public void Any_bytes_as_state_and_vector_give_some_ciphertext()
    {
        var (vector, state, ciphertext) = (new byte[1152], new byte[2080], new byte[128]);
        foreach (var number in new[] { 0x7FFF, 0x8000, 0xFFFF, 0xFF7F, 0x0000, 0xFFFE, 0x0001 })
        {
            var (low, high) = ((byte)number, (byte)(number >> 8));
            for (var i = 0; i < state.Length; i += 2)
            {
                (state[i], state[i + 1]) = (low, high);
            }

            vector.AsSpan().Fill(low);
            IncrementalMlKem768.Encapsulate2(vector, state, ciphertext);
            var again = new byte[128];
            IncrementalMlKem768.Encapsulate2(vector, state, again);
            Assert.Equal(ciphertext, again);
        }

        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            random.NextBytes(vector);
            random.NextBytes(state);
            var before = ciphertext.ToArray();
            IncrementalMlKem768.Encapsulate2(vector, state, ciphertext);
            Assert.False(before.AsSpan().SequenceEqual(ciphertext), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(new short[] { 0, -1, 2, 0x0100 }, false)]
    [InlineData(new short[] { 0, -1, 0x0100, 2 }, true)]
    [InlineData(new short[] { -257, 1 }, true)]
    [InlineData(new short[] { -2, 0x0200 }, false)]
    [InlineData(new short[] { 3, 0x0100 }, false)]
    [InlineData(new short[] { 0x0300, 0x0100 }, false)]
    [InlineData(new short[] { 0, -1 }, false)]
    public void The_first_number_of_the_noise_that_can_tell_says_which_way_round_a_state_is(short[] noise, bool turned)
    {
        // The way of libsignal's repair (its ratchet's "issue 1275"), with the numbers side by side and far apart.
        foreach (var distance in new[] { 1, 17, 64 })
        {
            var random = new Random(1275);
            var vector = new Parts(random).Vector;
            var state = Bytes(random, 2080);
            state.AsSpan(1536, 512).Clear();
            for (var i = 0; i < noise.Length; i++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(state.AsSpan(1536 + (2 * distance * i)), noise[i]);
            }

            var (found, expected) = (new byte[128], new byte[128]);
            IncrementalMlKem768.Encapsulate2(vector, state, found);
            for (var i = 0; turned && i < 2048; i += 2)
            {
                (state[i], state[i + 1]) = (state[i + 1], state[i]);
            }

            Unrepaired(vector, state, expected);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void A_vector_matches_only_its_own_header_and_only_if_canonical()
    {
        var key = new Parts(new Random(7));
        Assert.True(IncrementalMlKem768.Matches(key.Header, key.Vector));
        Assert.False(IncrementalMlKem768.Matches(key.Header.AsSpan(1), key.Vector));
        Assert.False(IncrementalMlKem768.Matches(key.Header, key.Vector.AsSpan(1)));
        for (var i = 0; i < 64; i++)
        {
            key.Header[i] ^= 1;
            Assert.False(IncrementalMlKem768.Matches(key.Header, key.Vector));
            key.Header[i] ^= 1;
        }

        // 4095 as the first coefficient, and the hash that such a key would have.
        key.Vector[0] = 0xFF;
        key.Vector[1] |= 0x0F;
        Assert.False(IncrementalMlKem768.Matches(key.Header, key.Vector));
        System.Security.Cryptography.SHA3_256.HashData([.. key.Vector, .. key.Header[..32]], key.Header.AsSpan(32));
        Assert.False(IncrementalMlKem768.Matches(key.Header, key.Vector));
    }

    // The second step by its parts, with the state's numbers as they stand.
    private static void Unrepaired(byte[] vector, byte[] state, byte[] ciphertext)
    {
        var (y, noise) = (new short[768], new short[256]);
        Ring.Read(state, y);
        Ring.Read(state.AsSpan(1536), noise);
        Ring.Reduce(y);
        Ring.Reduce(noise);
        KPke.EncryptSecond(3, vector, state.AsSpan(2048), y, noise, ciphertext);
    }

    // Header, state and first part of the ciphertext, from records of sessions whose ratchet was between the two steps: fields 8 and
    // 10 of its first version, then 1, and 3, 4 and 5.
    private static IEnumerable<(byte[] Header, byte[] State, byte[] Ciphertext)> OfficialStates()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Protocol", "golden", "spqr.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        foreach (var sample in document.RootElement.GetProperty("samples").EnumerateArray())
        {
            foreach (var name in new[] { "before", "after" })
            {
                var session = Field(sample.GetProperty(name).GetBytesFromBase64(), 1);
                var first = Field(Field(session, 15), 3);
                if ((Field(first, 8) ?? Field(first, 10)) is { } sampled)
                {
                    var between = Field(sampled, 1);
                    yield return (Field(between, 3)!, Field(between, 4)!, Field(between, 5)!);
                }
            }
        }
    }

    private static byte[]? Field(byte[]? message, uint field)
    {
        var reader = new ProtoReader(message);
        byte[]? found = null;
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                found = reader.Bytes().ToArray();
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private sealed class Parts
    {
        public Parts(Random random)
        {
            Seed = Bytes(random, 64);
            IncrementalMlKem768.GenerateKey(Seed, Header, Vector, PrivateKey);
        }

        public byte[] Seed { get; }

        public byte[] Header { get; } = new byte[IncrementalMlKem768.HeaderBytes];

        public byte[] Vector { get; } = new byte[IncrementalMlKem768.VectorBytes];

        public byte[] PrivateKey { get; } = new byte[IncrementalMlKem768.PrivateKeyBytes];

        public (byte[] First, byte[] Second, byte[] Shared) Encapsulate(byte[] message, Func<byte[], byte[]> stored)
        {
            var (first, state, shared) = (new byte[960], new byte[2080], new byte[32]);
            IncrementalMlKem768.Encapsulate1(Header, message, first, state, shared);
            var second = new byte[128];
            IncrementalMlKem768.Encapsulate2(Vector, stored(state), second);
            return (first, second, shared);
        }
    }
}
