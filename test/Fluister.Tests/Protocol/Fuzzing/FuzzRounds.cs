using System.Globalization;

namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>How often the fuzzing tests roll the dice; FLUISTER_FUZZ_ROUNDS multiplies it for long runs.</summary>
internal static class FuzzRounds
{
    /// <summary>So many rounds, times the factor of the environment (1 without it).</summary>
    public static int Of(int rounds)
    {
        var factor = Environment.GetEnvironmentVariable("FLUISTER_FUZZ_ROUNDS");
        return rounds * (string.IsNullOrEmpty(factor) ? 1 : int.Parse(factor, CultureInfo.InvariantCulture));
    }

    /// <summary>The first seed: fixed, so that every run of CI is the same; FLUISTER_FUZZ_SEED for others.</summary>
    public static int FirstSeed =>
        int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "1000", CultureInfo.InvariantCulture);
}
