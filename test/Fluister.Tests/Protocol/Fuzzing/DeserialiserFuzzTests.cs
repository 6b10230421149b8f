using Fluister.Protocol;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Hostile bytes at every door: they are taken or refused, and nothing else happens.</summary>
public sealed class DeserialiserFuzzTests
{
    private const int Rounds = 250;

    public static TheoryData<string> Names => [.. Deserialisers.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Valid_bytes_are_taken(string name)
    {
        var target = Deserialisers.All[name];
        Assert.NotEmpty(target.Seeds);
        foreach (var seed in target.Seeds)
        {
            Assert.True(Hostile.Read(seed, target.Read, name), $"{name}: {Hostile.Shown(seed)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Changed_bytes_are_taken_or_refused_within_the_bound_of_allocation(string name)
    {
        var target = Deserialisers.All[name];
        var (first, rounds) = (FuzzRounds.FirstSeed, FuzzRounds.Of(Rounds));
        var refused = 0;
        for (var seed = first; seed < first + rounds; seed++)
        {
            var bytes = new ProtoMutation(seed).Mutate(target.Seeds[seed % target.Seeds.Length], target.Header, target.Trailer);
            refused += Hostile.Read(bytes, target.Read, $"{name}, seed {seed}") ? 0 : 1;
        }

        Assert.True(name == "service id" || refused > rounds / 50, $"{name}: only {refused} of {rounds} were refused");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Short_long_and_random_bytes_are_taken_or_refused(string name)
    {
        var target = Deserialisers.All[name];
        var random = new SeededRandom(FuzzRounds.FirstSeed);
        for (var length = 0; length < 80; length++)
        {
            Hostile.Read(new byte[length], target.Read, $"{name}, {length} zeros");
            Hostile.Read(random.Bytes(length), target.Read, $"{name}, {length} random bytes");
            Hostile.Read(target.Seeds[0][..Math.Min(length, target.Seeds[0].Length)], target.Read, $"{name}, cut to {length}");
        }

        foreach (var length in new[] { 1000, Limits.MessageBytes, Limits.MessageBytes + 1, 2 * Limits.MessageBytes })
        {
            byte[] long1 = [.. target.Seeds[0], .. new byte[length]];
            byte[] long2 = [.. Enumerable.Repeat(target.Seeds[0], (length / target.Seeds[0].Length) + 1).SelectMany(s => s)];
            Hostile.Read(long1, target.Read, $"{name}, with {length} zeros behind");
            Hostile.Read(long2, target.Read, $"{name}, over and over to {long2.Length}");
            Hostile.Read(random.Bytes(length), target.Read, $"{name}, {length} random bytes");
        }
    }
}
