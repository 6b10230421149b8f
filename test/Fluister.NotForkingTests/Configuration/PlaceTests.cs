namespace Fluister.NotForkingTests.Configuration;

/// <summary>What an error points at.</summary>
public sealed class PlaceTests
{
    [Theory]
    [InlineData(0, "upstream.conf")]
    [InlineData(7, "upstream.conf:7")]
    public void A_place_names_file_and_line(int line, string expected) =>
        Assert.Equal(expected, new NotForking.Place("upstream.conf", line).ToString());
}
