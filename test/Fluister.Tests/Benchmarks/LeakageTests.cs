using Fluister.Benchmarks.Timing;

namespace Fluister.Tests.Benchmarks;

/// <summary>The statistics of the timing command, on made-up times: nothing here is measured.</summary>
public sealed class LeakageTests
{
    private const int Seed = 2017;

    [Fact]
    public void Welchs_t_is_that_of_the_textbook()
    {
        // Means 22.6 and 17.8, variances 8.8 and 7.2, five values each.
        var test = new WelchTest();
        foreach (var (a, b) in ((double, double)[])[(19, 15), (21, 16), (23, 18), (27, 18), (23, 22)])
        {
            test.Add(0, a);
            test.Add(1, b);
        }

        Assert.Equal(-4.8, test.Difference, 12);
        Assert.Equal(-4.8 / Math.Sqrt((8.8 / 5) + (7.2 / 5)), test.T, 12);
    }

    [Fact]
    public void Too_few_values_say_nothing()
    {
        var welch = new WelchTest();
        welch.Add(0, 1);
        welch.Add(1, 100);
        Assert.Equal(0, welch.T);

        var leakage = new LeakageTest();
        leakage.Add(Classes(100), [.. Classes(100).Select(c => 100L * c)]);
        Assert.Equal(Verdict.Quiet, leakage.Verdict);
        Assert.Equal("none", leakage.Where);
    }

    [Fact]
    public void Times_of_one_distribution_are_quiet()
    {
        var test = Tested(100_000, (_, random) => 1000 + (long)(10 * Normal(random)));
        Assert.Equal(Verdict.Quiet, test.Verdict);
        Assert.Equal(100_000, test.Count);
    }

    [Fact]
    public void A_constant_time_is_quiet() => Assert.Equal(Verdict.Quiet, Tested(10_000, (_, _) => 1000).Verdict);

    [Fact]
    public void A_small_difference_of_means_is_a_leak()
    {
        var test = Tested(100_000, (@class, random) => 1000 + @class + (long)Math.Round(10 * Normal(random)));
        Assert.Equal(Verdict.Leak, test.Verdict);
        Assert.True(test.T > LeakageTest.Leak);
    }

    [Fact]
    public void A_smaller_one_is_suspicious()
    {
        // One tick in a spread of seven, with 2,500 values a class: t is about 5.
        var test = Tested(5_000, (@class, random) => 1000 + @class + (long)Math.Round(7 * Normal(random)));
        Assert.Equal(Verdict.Suspicious, test.Verdict);
    }

    [Fact]
    public void Interrupts_hide_a_difference_from_the_mean_but_not_from_the_fastest_times()
    {
        var test = Tested(100_000, (@class, random) =>
            1000 + @class + (long)Math.Round(5 * Normal(random)) + (random.Next(100) == 0 ? random.Next(1_000_000) : 0));
        Assert.Equal(Verdict.Leak, test.Verdict);
        Assert.StartsWith("fastest", test.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_of_spread_alone_is_a_leak()
    {
        var test = Tested(100_000, (@class, random) => 1000 + (long)Math.Round((@class == 0 ? 10 : 12) * Normal(random)));
        Assert.Equal(Verdict.Leak, test.Verdict);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_machine_that_changes_its_speed_neither_makes_a_leak_nor_hides_one(int ticksOfClass, bool leaks)
    {
        // From batch to batch the time changes by hundreds of times its spread.
        var run = 0;
        var test = Tested(100_000, (@class, random) =>
            1000 + (1000 * (run++ / 1000 % 7)) + (ticksOfClass * @class) + (long)Math.Round(5 * Normal(random)));
        Assert.Equal(leaks ? Verdict.Leak : Verdict.Quiet, test.Verdict);
    }

    [Fact]
    public void A_crop_keeps_a_fifth_first_and_nearly_all_last()
    {
        Assert.Equal(0.206, LeakageTest.Share(0), 3);
        Assert.Equal(0.5, LeakageTest.Share(2), 3);
        Assert.Equal(0.999, LeakageTest.Share(29), 3);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, true)]
    public void A_subject_is_measured_by_the_clock_between_loading_and_its_end(int ticksOfClass, bool leaks)
    {
        var now = 0L;
        var subject = new Clockwork(ticksOfClass, ticks => now += ticks);
        var measurement = new TimingMeasurement(subject, new Random(Seed), () => now);
        measurement.WarmUp(1_000_000);
        for (var batch = 0; batch < 4; batch++)
        {
            measurement.Batch();
        }

        Assert.Equal(leaks ? Verdict.Leak : Verdict.Quiet, measurement.Test.Verdict);
        Assert.InRange(measurement.Median, 1000, 1100);
        Assert.Equal(subject.Runs - 250, measurement.Test.Count);
        Assert.Equal(0, subject.Mistakes);
    }

    private static LeakageTest Tested(int count, Func<int, Random, long> time)
    {
        var random = new Random(Seed);
        var test = new LeakageTest();
        for (var rest = count; rest > 0; rest -= 1000)
        {
            var classes = Classes(1000, random);
            test.Add(classes, [.. classes.Select(c => time(c, random))]);
        }

        return test;
    }

    private static byte[] Classes(int count, Random? random = null)
    {
        random ??= new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(2))];
    }

    // Box and Muller.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Turns the clock itself: by about a thousand ticks, and by more for class 1; much more outside of what is to be measured.
    private sealed class Clockwork(int ticksOfClass, Action<long> turn) : TimingSubject
    {
        private readonly Random _noise = new(Seed);
        private int _class = -1;

        public override string Name => "clockwork";

        public override string Classes => "slow | slower";

        public override int InputBytes => 1;

        public int Runs { get; private set; }

        public int Mistakes { get; private set; }

        public override void Prepare(int @class, Random random, Span<byte> input)
        {
            turn(1_000_000 * (1 + @class));
            input[0] = (byte)@class;
        }

        public override void Load(ReadOnlySpan<byte> input)
        {
            turn(1_000_000 * (1 + input[0]));
            Mistakes += _class == -1 ? 0 : 1;
            _class = input[0];
        }

        public override void Run()
        {
            Runs++;
            turn(1000 + _noise.Next(30) + (ticksOfClass * _class));
            _class = -1;
        }
    }
}
