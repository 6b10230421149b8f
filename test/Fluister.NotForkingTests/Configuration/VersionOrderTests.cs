using Fluister.NotForking.Configuration;

namespace Fluister.NotForkingTests.Configuration;

/// <summary>Versions are in the order in which a person sees them.</summary>
public sealed class VersionOrderTests
{
    private static readonly string[] Ordered =
    [
        "0.9a", "0.9z", "0.10", "1.0", "1.1-rc1", "1.1-git", "1.1-alpha", "1.1-beta", "1.01", "1.1", "1.1.0", "1.1_p1", "1.1a",
        "2.0-gamma", "2.0-delta", "2.0", "3.14", "3.141", "8.9.1", "8.13.0-beta.1", "8.13.0", "20260820", "e", "v8.13.0",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_does_not_depend_on_where_one_begins(int seed)
    {
        var shuffled = (string[])Ordered.Clone();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(Ordered, shuffled.Order(VersionOrder.Instance));
    }

    [Theory]
    [InlineData("1.1", "1.01", 0)]
    [InlineData("1.1", "1.1.0", -1)]
    [InlineData("1.0A", "1.0a", 0)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("1.0-alpha", "1.0", -1)]
    [InlineData("2", "1.99", 1)]
    public void Conditions_compare_numbers(string left, string right, int expected) =>
        Assert.Equal(expected, Math.Sign(VersionOrder.CompareNumbers(left, right)));

    [Fact]
    public void Only_the_same_name_is_equal_in_the_order() => Assert.NotEqual(0, VersionOrder.Instance.Compare("1.1", "1.01"));
}
