using System.Text;
using Fluister.InteropTests.Libsignal;
using Fluister.ServerTests;

namespace Fluister.InteropTests.Federation;

/// <summary>The official package's own keys verify what docs/spec/federation.md gives as an example of a signature: whoever follows RFC
/// 9421 and has XEdDSA speaks with a home server.</summary>
public sealed class SignatureTests
{
    [Fact]
    public async Task The_specification_s_example_is_verified()
    {
        var document = await File.ReadAllTextAsync(
            Repository.Find("docs", "spec", "federation.md"), TestContext.Current.CancellationToken);
        var blocks = document.Split("```\n").Where((_, i) => i % 2 == 1).Select(block => block.TrimEnd('\n')).ToArray();
        var publicKey = Convert.FromHexString(blocks[0].Split('\n')[0]);
        var signature = Convert.FromBase64String(blocks[1].Split('\n')[^1].Split(':')[^2]);
        using var package = new LibsignalClient();
        bool Verify(string text) =>
            package.Call("key.verify", new { publicKey, message = Encoding.UTF8.GetBytes(text), signature }).GetBoolean();
        Assert.True(Verify(blocks[2]));
        Assert.False(Verify(blocks[2] + "\n"));
    }
}
