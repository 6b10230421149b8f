using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Fluister.Server.Operations;

#pragma warning disable CA5350 // The form of the store (RFC 7292) says SHA-1.
namespace Fluister.ServerTests.Operations;

/// <summary>The network descriptor that recipes for clients take.</summary>
public sealed class NetworkDescribeTests : IDisposable
{
    private static readonly BigInteger Prime = (BigInteger.One << 255) - 19;

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task It_says_what_the_signed_descriptor_says_and_names_what_is_not_there_below_invalid()
    {
        var data = _temporary["data"];
        Assert.Equal(ExitCode.Done, (await ServerProgram.RunAsync("quickstart", "chat.example.org", "--data", data)).Code);
        var (code, output, _) = await ServerProgram.RunAsync("network", "describe", "--data", data, "--name", "Our \"Town\" 7");
        Assert.Equal(ExitCode.Done, code);
        using var document = JsonDocument.Parse(output);
        var network = document.RootElement;
        var folder = new DataFolder(data);
        var identity = folder.ReadIdentity();

        Assert.Equal("Our \"Town\" 7", Text(network, "name"));
        Assert.Equal("our-town-7", Text(network, "id"));
        Assert.Equal("chat.example.org", Text(network, "chat", "host"));
        Assert.Equal(8443, network.GetProperty("chat").GetProperty("port").GetInt32());
        Assert.Equal("https://chat.example.org:8443", Text(network, "storage", "url"));
        Assert.Equal(identity.Zk.Public.Write(), Convert.FromBase64String(Text(network, "zk", "server")));
        var root = Assert.Single(network.GetProperty("sealedSender").GetProperty("trustRoots").EnumerateArray());
        Assert.Equal(identity.Root.Public.Serialized.ToArray(), root.GetBytesFromBase64());
        using var authority = folder.ReadAuthority();
        using var der = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Text(network, "tls", "authority")));
        using var pem = X509Certificate2.CreateFromPem(Text(network, "tls", "authorityPem"));
        Assert.Equal((authority.Thumbprint, authority.Thumbprint), (der.Thumbprint, pem.Thumbprint));
        Assert.Equal("org.example.chat.desktop", Text(network, "desktop", "appId"));
        AssertTrusts(authority, Convert.FromBase64String(Text(network, "android", "trustStore")));
        foreach (var service in (string[])["cdsi", "svr2", "svrb"])
        {
            Assert.Equal($"{service}.invalid", Text(network, service, "host"));
            Assert.Equal(new string('0', 64), Text(network, service, "enclave"));
        }

        Assert.DoesNotContain("signal.org", output.Replace("grpc.chat.signal.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_of_the_recipes_has_the_same_members()
    {
        var data = _temporary["data"];
        Assert.Equal(ExitCode.Done, (await ServerProgram.RunAsync("quickstart", "chat.example.org", "--data", data)).Code);
        var (_, output, _) = await ServerProgram.RunAsync("network", "describe", "--data", data, "--name", "Example Chat");
        var example = await File.ReadAllTextAsync(
            Repository.Find("recipes", "network.example.json"), TestContext.Current.CancellationToken);
        Assert.Equal(Members(output), Members(example));

        static IEnumerable<string> Members(string text)
        {
            using var document = JsonDocument.Parse(text);
            return [.. Names(document.RootElement, "")];
        }

        static IEnumerable<string> Names(JsonElement value, string path) => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().SelectMany(member => Names(member.Value, $"{path}.{member.Name}"))
            : [$"{path} {value.ValueKind}"];
    }

    [Theory]
    [InlineData("signing", NobodysKeys.Signing)]
    [InlineData("vrf", NobodysKeys.Vrf)]
    [InlineData("auditor", NobodysKeys.Auditor)]
    public void Nobodys_key_is_the_first_hash_that_is_a_point(string name, string key)
    {
        var found = Enumerable.Range(0, 100).Select(number => SHA256.HashData(
            Encoding.UTF8.GetBytes($"fluister: nobody's key: key transparency {name} {number}"))).First(IsPoint);
        Assert.Equal(key, Convert.ToHexStringLower(found));
    }

    [Fact]
    public void Nobodys_params_are_seven_different_points()
    {
        var bytes = NobodysKeys.GenericParams("generic params");
        Assert.Equal((225, 0), (bytes.Length, bytes[0]));
        var points = bytes[1..].Chunk(32).ToList();
        Assert.Equal(7, points.Select(Convert.ToHexString).Distinct().Count());
        Assert.NotEqual(bytes, NobodysKeys.GenericParams("backup params"));
    }

#pragma warning disable CA5350 // The format's.
    /// <summary>Reads a store of the format BKS 2 with one certificate: a number, salt, iterations, the entry, its end, a MAC.</summary>
    private static void AssertTrusts(X509Certificate2 authority, byte[] store)
    {
        var entry = store.AsSpan(4 + 4 + 20 + 4);
        Assert.Equal([0, 0, 0, 2, 0, 0, 0, 20], store[..8]);
        Assert.Equal(authority.RawData, entry[(1 + 2 + 9 + 8 + 4 + 2 + 5 + 4)..^21].ToArray());
        Assert.Equal((1, 0), (entry[0], entry[^21]));
        Span<byte> key = stackalloc byte[20];
        Rfc7292(store.AsSpan(8, 20), key);
        Assert.Equal(HMACSHA1.HashData(key, entry[..^20]), entry[^20..].ToArray());
    }

    /// <summary>Appendix B.2 for one block: SHA-1 of the diversifier 3, the salt and the password, 1024 times.</summary>
    private static void Rfc7292(ReadOnlySpan<byte> salt, Span<byte> key)
    {
        var block = new byte[192];
        block.AsSpan(0, 64).Fill(3);
        for (var at = 64; at < 128; at++)
        {
            block[at] = salt[(at - 64) % 20];
            block[at + 64] = "\0w\0h\0i\0s\0p\0e\0r\0\0"u8[(at - 64) % 16];
        }

        SHA1.HashData(block, key);
        for (var iteration = 1; iteration < 1024; iteration++)
        {
            SHA1.HashData(key, key);
        }
    }
#pragma warning restore CA5350

    /// <summary>Whether bytes are a point of edwards25519 that eight times itself does not make neutral: a key of high order.</summary>
    private static bool IsPoint(byte[] bytes)
    {
        var number = new BigInteger(bytes, isUnsigned: true);
        var (odd, y) = (number >> 255 == 1, number & ((BigInteger.One << 255) - 1));
        var d = Mod(-121665 * Inverse(121666));
        var (u, v) = (Mod((y * y) - 1), Mod((d * y * y) + 1));
        var x = Mod(u * BigInteger.ModPow(v, 3, Prime) * BigInteger.ModPow(u * BigInteger.ModPow(v, 7, Prime), (Prime - 5) / 8, Prime));
        x = Mod(v * x * x) == u ? x : Mod(x * BigInteger.ModPow(2, (Prime - 1) / 4, Prime));
        if (y >= Prime || Mod(v * x * x) != u || (x.IsZero && odd))
        {
            return false;
        }

        for (var doubling = 0; doubling < 3; doubling++)
        {
            var k = d * x * x * y * y;
            (x, y) = (Mod(2 * x * y * Inverse(1 + k)), Mod(((y * y) + (x * x)) * Inverse(1 - k)));
        }

        return !x.IsZero || !y.IsOne;
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), Prime - 2, Prime);

    private static BigInteger Mod(BigInteger value) => ((value % Prime) + Prime) % Prime;

    private static string Text(JsonElement element, params string[] path) =>
        path.Aggregate(element, (found, name) => found.GetProperty(name)).GetString()!;
}
