using Fluister.Engines;
using Fluister.Engines.Endpoints;

namespace Fluister.Tests.Engines;

/// <summary>What is this computer, and what would leave it.</summary>
public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080/v1", "127.0.0.1:8080")]
    [InlineData("http://127.255.0.3:8080/v1", "127.255.0.3:8080")]
    [InlineData("http://[::1]:8080", "[::1]:8080")]
    [InlineData("http://localhost:11434/v1/", "127.0.0.1:11434 [::1]:11434")]
    [InlineData("https://LocalHost", "127.0.0.1:443 [::1]:443")]
    [InlineData("http://0x7f.1:80/", "127.0.0.1:80")]
    public void Here_is_a_literal_address(string address, string literal)
    {
        var parsed = EndpointAddress.Parse(new Uri(address));
        Assert.True(parsed.IsLocal);
        Assert.Equal(literal, string.Join(' ', parsed.Loopback));
        Assert.StartsWith("/v1", parsed.Root.AbsolutePath, StringComparison.Ordinal);
        Assert.Null(EndpointEngine.Warning(new Uri(address)));
    }

    [Theory]
    [InlineData("unix:/run/user/1000/llm.sock", "/run/user/1000/llm.sock")]
    [InlineData("unix:///run/llm.sock", "/run/llm.sock")]
    [InlineData("unix:/a%20b/c.sock", "/a b/c.sock")]
    public void Here_is_a_socket(string address, string path)
    {
        Assert.Equal(path, EndpointAddress.Parse(new Uri(address)).Socket);
        Assert.Null(EndpointEngine.Warning(new Uri(address)));
    }

    [Theory]
    [InlineData("http://192.168.1.5:8080/v1", "NOT ENCRYPTED")]
    [InlineData("https://llm.example/v1", "encrypted on the way")]
    [InlineData("http://localhost.example:80/", "NOT ENCRYPTED")]
    [InlineData("http://127.0.0.1.example/", "NOT ENCRYPTED")]
    [InlineData("http://0.0.0.0:8080/", "NOT ENCRYPTED")]
    [InlineData("http://[::]/", "NOT ENCRYPTED")]
    [InlineData("http://[fe80::1]/", "NOT ENCRYPTED")]
    public void Elsewhere_is_told_what_would_leave(string address, string way)
    {
        var uri = new Uri(address);
        Assert.False(EndpointAddress.Parse(uri).IsLocal);
        var warning = EndpointEngine.Warning(uri);
        foreach (var word in (string[])["text of the selected messages", "names", "times", uri.Authority, way])
        {
            Assert.Contains(word, warning, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://key@127.0.0.1/v1")]
    [InlineData("http://127.0.0.1/v1?key=1")]
    [InlineData("http://127.0.0.1/v1#a")]
    [InlineData("unix:relative.sock")]
    [InlineData("unix://host/a.sock")]
    public void Anything_else_is_refused(string address)
    {
        var error = Assert.Throws<EngineException>(() => EndpointAddress.Parse(new Uri(address)));
        Assert.Equal(EngineError.NotAllowed, error.Error);
    }

    [Fact]
    public void A_path_longer_than_a_socket_has_is_refused() =>
        Assert.Throws<EngineException>(() => EndpointAddress.Parse(new Uri("unix:/" + new string('a', 107))));
}
