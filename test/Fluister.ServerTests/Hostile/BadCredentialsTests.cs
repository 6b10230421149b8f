using System.Text;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Hostile;

/// <summary>Basic headers of every bad kind.</summary>
public sealed class BadCredentialsTests : IAsyncDisposable
{
    private readonly TestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_header_that_is_not_exactly_a_devices_finds_nobody()
    {
        var account = await _server.AddAccountAsync();
        var (aci, good) = (account.Account.Aci, account.Authorization());
        var random = new SeededRandom(7);
        var encoded = good["Basic ".Length..];
        string[] bad =
        [
            "", " ", "Basic", "Basic ", "Basic  ", "Basic =", "Basic ====", "Bearer " + encoded, encoded, good + "=", good[..^4],
            "Basic\t" + encoded,
            "Basic " + new string('A', 100_000), "Basic " + encoded + "\0", "Basic \u00e9", good + "," + good,
            .. new[]
            {
                $"{aci}", $"{aci}:", $"{aci}.:{TestAccount.Password}", $"{aci}.0:{TestAccount.Password}",
                $"{aci}.+1:{TestAccount.Password}",
                $"{aci}.-1:{TestAccount.Password}", $"{aci}.99999999999:{TestAccount.Password}", $"{aci}.1.1:{TestAccount.Password}",
                $"{aci}. 1:{TestAccount.Password}", $"{aci}.2:{TestAccount.Password}", $"{{{aci}}}.1:{TestAccount.Password}",
                $"{aci:N}.1:{TestAccount.Password}", $"PNI:{aci}.1:{TestAccount.Password}",
                $"{account.Account.Pni}.1:{TestAccount.Password}",
                $"{aci}.1:{TestAccount.Password} ", $"{aci}.1:{TestAccount.Password}\0", $"{aci}.1:", ":", "::::",
                $"{aci}.1:{TestAccount.Password}"[..^1],
                $"{account.Account.Number}:{TestAccount.Password}", $"{aci}.1\0:{TestAccount.Password}",
            }.Select(text => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text))),
            .. Enumerable.Range(0, 300).Select(length => "Basic " + Convert.ToBase64String(random.Bytes(length * 3))),
        ];
        Assert.All(bad, header => Assert.Null(_server.Home.Authenticator.Find(header)));
        Assert.NotNull(_server.Home.Authenticator.Find(good));
    }
}
