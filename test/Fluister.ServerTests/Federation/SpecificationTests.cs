using System.Text;
using Fluister.Protocol.Keys;
using Fluister.Server.Federation;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>The worked example in docs/spec/federation.md is right, byte for byte.</summary>
public sealed class SpecificationTests
{
    [Fact]
    public async Task The_example_of_a_signature_is_what_this_server_takes()
    {
        var blocks = await BlocksAsync();
        var (values, request, text) = (blocks[0].Split('\n'), blocks[1].Split('\n'), blocks[2]);
        var key = PublicKey.Read(Convert.FromHexString(values[0]));
        var body = Convert.FromHexString(values[1]);
        var headers = request.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var signature = HttpSignature.Read(headers["signature-input"], headers["signature"]);
        Assert.NotNull(signature);
        Assert.True(PeerSignature.IsWhole(signature));
        Assert.Equal($"{ServerTag.Of(key)}", signature.KeyId);
        Assert.Equal($"{body.Length}", headers["content-length"]);
        Assert.Equal(HttpSignature.Digest(body), headers["content-digest"]);
        var asked = DevicesRequest.Parser.ParseFrom(body).Aci.Span;
        Assert.Equal(headers["fluister-destination"], $"{ServerTag.Of(new Guid(asked, bigEndian: true))}");

        // What is signed is the base as it stands there, to the byte.
        var line = request[0].Split(' ');
        Assert.True(key.Verify(Encoding.UTF8.GetBytes(text), signature.Signature));
        Assert.True(PeerSignature.Fits(
            signature, key, line[0], line[1], headers["content-digest"], headers["fluister-destination"]));
        Assert.False(PeerSignature.Fits(signature, key, line[0], line[1], headers["content-digest"], "cb08a9634e"));
    }

    // What stands between fences, without the line feed at the end.
    private static async Task<IReadOnlyList<string>> BlocksAsync()
    {
        var path = Repository.Find("docs", "spec", "federation.md");
        var document = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        return [.. document.Split("```\n").Where((_, i) => i % 2 == 1).Select(block => block.TrimEnd('\n'))];
    }
}
