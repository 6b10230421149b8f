using Fluister.Engines.Sandbox;

namespace Fluister.Tests.Engines.Sandbox;

/// <summary>With lines as the kernel writes them.</summary>
public sealed class RoutesTests
{
    private const string Loopback = "    lo: 4879623    4873    0    0    0     0          0         0  4879623    4873    0    0    0";
    private const string Tunnel = " tunl0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0";
    private const string Card = "  eth0: 1019575616   23933    0    0    0     0          0         0  1246246   15265    0    0    0";
    private const string Header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
    private const string Default = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0";
    private const string Nowhere6 = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
        + "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo";

    private const string Link6 = "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
        + "00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0";

    [Theory]
    [InlineData(true, new[] { Loopback }, new string[0], new string[0])]
    [InlineData(true, new[] { Loopback }, new[] { Header }, new[] { Nowhere6, Nowhere6 })]
    [InlineData(true, new[] { Loopback, Tunnel }, new[] { Header }, new[] { Nowhere6 })]
    [InlineData(false, new[] { Loopback, Card }, new string[0], new string[0])]
    [InlineData(false, new[] { Loopback }, new[] { Header, Default }, new string[0])]
    [InlineData(false, new[] { Loopback }, new string[0], new[] { Nowhere6, Link6 })]
    [InlineData(false, new[] { "nonsense" }, new string[0], new string[0])]
    public void Lead_somewhere_or_nowhere(bool areNone, string[] interfaces, string[] routes, string[] routes6) =>
        Assert.Equal(areNone, Routes.AreNone(["Inter-|", " face |bytes", .. interfaces], routes, routes6));

    [Fact]
    public void What_cannot_be_seen_may_lead_anywhere() => Assert.False(Routes.AreNone([], [], []));
}
