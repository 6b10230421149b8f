using Fluister.Protocol.Addresses;

namespace Fluister.Tests.Protocol.Addresses;

/// <summary>The text and binary forms of service ids.</summary>
public sealed class ServiceIdTests
{
    private const string Text = "9d0652a3-dcc3-4d11-975f-74d61598733f";

    [Theory]
    [InlineData(Text, ServiceIdKind.Aci)]
    [InlineData("9D0652A3-DCC3-4D11-975F-74D61598733F", ServiceIdKind.Aci)]
    [InlineData("PNI:" + Text, ServiceIdKind.Pni)]
    public void A_text_is_read_and_written(string text, ServiceIdKind kind)
    {
        Assert.True(ServiceId.TryParse(text, out var id));
        Assert.Equal(new ServiceId(kind, Guid.Parse(Text)), id);
        Assert.Equal(text, id.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" " + Text)]
    [InlineData(Text + " ")]
    [InlineData("+d0652a3-dcc3-4d11-975f-74d61598733f")]
    [InlineData("9d0652a3-0xc3-4d11-975f-74d61598733f")]
    [InlineData("9d0652a3dcc34d11975f74d61598733f")]
    [InlineData("{" + Text + "}")]
    [InlineData("ACI:" + Text)]
    [InlineData("pni:" + Text)]
    public void What_is_not_exactly_a_service_id_is_refused(string text) => Assert.False(ServiceId.TryParse(text, out _));

    [Fact]
    public void The_binary_form_says_the_kind_by_its_length()
    {
        var uuid = Guid.Parse(Text);
        Assert.Equal("9d0652a3dcc34d11975f74d61598733f", Convert.ToHexStringLower(ServiceId.Aci(uuid).ToBytes()));
        Assert.Equal("019d0652a3dcc34d11975f74d61598733f", Convert.ToHexStringLower(ServiceId.Pni(uuid).ToBytes()));
        Assert.True(ServiceId.TryRead(ServiceId.Aci(uuid).ToBytes(), out var aci) && aci == ServiceId.Aci(uuid));
        Assert.True(ServiceId.TryRead(ServiceId.Pni(uuid).ToBytes(), out var pni) && pni == ServiceId.Pni(uuid));
    }

    [Theory]
    [InlineData("")]
    [InlineData("009d0652a3dcc34d11975f74d61598733f")] // an ACI has no kind before it
    [InlineData("029d0652a3dcc34d11975f74d61598733f")] // no such kind
    [InlineData("9d0652a3dcc34d11975f74d6159873")]
    public void Other_bytes_are_refused(string hex) => Assert.False(ServiceId.TryRead(Convert.FromHexString(hex), out _));
}
