using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>`vcs = download`: where archives come from, and what they must be.</summary>
public sealed class DownloadTests
{
    private static readonly byte[] Archive = new TarFile().File("top-1/a", "1\n").File("top-1/sub/b", "2\n").File("loose", "3\n").Gzip();

    [Theory]
    [InlineData(224)]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(512)]
    public void A_digest_is_stated_in_hex_or_base64(int bits)
    {
        using var at = new UpstreamCase();
        File.WriteAllBytes(at.Path("p.tgz"), Archive);
        var hex = at.Said($"sha{bits}sum", "p.tgz").Split(' ')[0];
        var base64 = Convert.ToBase64String(Convert.FromHexString(hex));
        foreach (var good in (string[])[hex, hex.ToUpperInvariant(), base64])
        {
            Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(Open(at, $"sha{bits}-1.0 = {good}")));
        }

        foreach (var bad in (string[])[hex[..^1] + (hex[^1] == '0' ? '1' : '0'), hex[..^1], base64.TrimEnd('='), "x"])
        {
            var wrong = bad == base64 ? base64[..^2] : bad;
            var refused = UpstreamCase.Refused(() => UpstreamCase.Tree(Open(at, $"sha{bits}-1.0 = {wrong}")));
            Assert.Equal(ExitCode.Verification, refused.Code);
            Assert.Equal(4, refused.Place!.Value.Line);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(64)]
    [InlineData(65_536)]
    [InlineData(200_001)]
    public void Sha224_is_that_of_sha224sum(int length)
    {
        using var at = new UpstreamCase();
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(at.Path("x"), content);
        Assert.Equal(at.Said("sha224sum", "x").Split(' ')[0], Convert.ToHexStringLower(Sha224.Hash(new MemoryStream(content))));
    }

    [Fact]
    public void A_prefix_must_be_the_same_everywhere()
    {
        using var at = new UpstreamCase();
        File.WriteAllBytes(at.Path("p.tgz"), new TarFile().File("one/a", "x").File("two/b", "x").Gzip());
        var refused = UpstreamCase.Refused(() => UpstreamCase.Tree(Open(at)));
        Assert.Contains("\"one/\" and \"two/\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("number", UpstreamCase.Refused(() => Open(at, "prefix = x")).Message, StringComparison.Ordinal);
        Assert.Contains("source-VERSION", UpstreamCase.Refused(() => at.Open("vcs = download")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("link")]
    [InlineData("gone")]
    [InlineData("killed")]
    [InlineData("archive")]
    public void An_edited_cache_does_not_reach_the_tree(string edit)
    {
        using var at = new UpstreamCase();
        File.WriteAllBytes(at.Path("p.tgz"), Archive);
        var before = UpstreamCase.Tree(Open(at));
        var folder = Path.Combine(at.Entry, "download");
        var file = Path.Combine(Directory.GetDirectories(folder, "*.dir").Single(), "top-1/a");
        switch (edit)
        {
            case "content":
                File.WriteAllText(file, "9\n");
                break;
            case "mode":
                File.SetUnixFileMode(file, (UnixFileMode)0b111_111_111);
                break;
            case "link":
                File.Move(file, at.Path("a"));
                File.CreateSymbolicLink(file, at.Path("a"));
                break;
            case "gone":
                File.Delete(file);
                break;
            case "killed":
                File.Delete(Directory.GetFiles(folder, "*.sums").Single());
                Directory.CreateDirectory(Path.Combine(folder, "x.dir.1.tmp"));
                File.WriteAllText(file, "half");
                break;
            default:
                File.WriteAllBytes(at.Path("p.tgz"), new TarFile().File("top-1/a", "new\n").Gzip());
                before = "a - new\\n\n";
                break;
        }

        Assert.Equal(before, UpstreamCase.Tree(Open(at)));
        Assert.False(Directory.Exists(Path.Combine(folder, "x.dir.1.tmp")));
    }

    [Fact]
    public void A_download_lands_in_the_cache_only_as_a_whole()
    {
        using var at = new UpstreamCase();
        using var server = new OneFileServer(Archive);
        string[] keys = ["vcs = download", "prefix = 1", $"source-1.0 = {server.Url}/p.tgz", $"sha256-1.0 = {Hex(Archive)}"];
        Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(at.Open(keys)));
        Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(at.Open(keys)));
        Assert.Equal(1, server.Requests);

        // A file in the cache that is damaged is had anew.
        File.WriteAllText(Directory.GetFiles(Path.Combine(at.Entry, "download"), "*.src").Single(), "damaged");
        Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(at.Open(keys)));
        Assert.Equal(2, server.Requests);

        foreach (var (name, says) in (ReadOnlySpan<(string, string)>)[("404", "404"), ("cut", "cut"), ("wrong", "SHA-256")])
        {
            var refused = UpstreamCase.Refused(() => UpstreamCase.Tree(at.Open(
                "vcs = download", $"source-1.0 = {server.Url}/{name}", $"sha256-1.0 = {Hex(Archive)}")));
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
            Assert.Equal(name == "wrong" ? ExitCode.Verification : ExitCode.Fetch, refused.Code);
        }

        Assert.Equal(3, Directory.GetFileSystemEntries(Path.Combine(at.Entry, "download")).Length);
        at.Options = at.Options with { IsOffline = true };
        Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(at.Open(keys)));
        var offline = UpstreamCase.Refused(() => UpstreamCase.Tree(at.Open("vcs = download", $"source-1.0 = {server.Url}/other")));
        Assert.Contains("--offline", offline.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("-o/tmp/x")]
    [InlineData("gopher://localhost/x")]
    public void Other_addresses_are_refused(string url)
    {
        using var at = new UpstreamCase();
        var refused = UpstreamCase.Refused(() => UpstreamCase.Tree(at.Open("vcs = download", $"source-1.0 = {url}")));
        Assert.Contains("is not a URL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_local_mirror_has_downloads_by_their_base_names()
    {
        using var at = new UpstreamCase();
        at.Write("m1/p.tgz", "something else");
        Directory.CreateDirectory(at.Path("m2"));
        File.WriteAllBytes(at.Path("m2/p.tgz"), Archive);
        at.Options = at.Options with { IsOffline = true, Mirrors = [at.Path("m1"), at.Path("m2")] };
        Assert.Equal("a - 1\\n\nsub/b - 2\\n\n", UpstreamCase.Tree(at.Open(
            "vcs = download", "prefix = 1", "source-1.0 = https://example.com/x/p.tgz", $"sha256-1.0 = {Hex(Archive)}")));
        Assert.Contains("m1/p.tgz", Assert.Single(at.Warnings), StringComparison.Ordinal);
        at.Options = at.Options with { Mirrors = [] };
        Assert.Equal("loose - 3\\n\ntop-1/a - 1\\n\ntop-1/sub/b - 2\\n\n", UpstreamCase.Tree(at.Open(
            "vcs = download", "source-1.0 = https://example.com/x/p.tgz")));
    }

    [Theory]
    [InlineData("folder", "srcmirror = none-$V p-$V-$C$D$$", "p-1.0-abc$$")]
    [InlineData("archive", "srcmirror = p-$V.tgz", "p-1.0.tgz")]
    public void A_source_mirror_takes_the_place_of_a_repository(string kind, string key, string name)
    {
        using var at = new UpstreamCase();
        if (kind == "folder")
        {
            at.Write($"m/{name}/sub/a", "1\n");
            at.Write($"m/{name}/.hidden", "2\n");
            Directory.CreateSymbolicLink(at.Path($"m/{name}/sub/self"), ".");
        }
        else
        {
            Directory.CreateDirectory(at.Path("m"));
            File.WriteAllBytes(at.Path($"m/{name}"), new TarFile().Folder("x").File("x/.hidden", "2\n").Folder("x/sub")
                .File("x/sub/a", "1\n").Link("x/sub/self", ".").Gzip());
        }

        at.Options = at.Options with { IsOffline = true, Mirrors = [at.Path("none"), at.Path("m")] };
        string[] keys = ["vcs = git", "repos = https://example.com/x", "version-1.0 = abc", key];
        Assert.Equal(".hidden - 2\\n\nsub/a - 1\\n\nsub/self -> .\n", UpstreamCase.Tree(at.Open(keys)));
        using var selection = at.Open([.. keys, "subtree = sub"]);
        var checkout = selection.CheckOut(selection.Find("1.0"));
        Assert.Equal(("1.0", null), (checkout.Version, checkout.Commit));
        Assert.Equal("a - 1\\n\nself -> .\n", UpstreamCase.Text(checkout.Tree));
    }

    private static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static Selection Open(UpstreamCase at, params string[] keys) =>
        at.Open(["vcs = download", "prefix = 1", $"source-1.0 = file:{at.Path("p.tgz")}", .. keys]);

    /// <summary>A web server on the loopback that has one file under all names but "404", "cut" (half of it) and "wrong"
    /// (another).</summary>
    private sealed class OneFileServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;
        private readonly byte[] _content;
        private int _requests;

        public OneFileServer(byte[] content)
        {
            _content = content;
            _listener.Start();
            _serving = Task.Run(ServeAsync);
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public int Requests => _requests;

        public void Dispose()
        {
            _listener.Stop();
            _serving.Wait();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            var name = (await reader.ReadLineAsync())!.Split(' ')[1];
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            _requests++;
            var body = name == "/wrong" ? "wrong"u8.ToArray() : _content;
            var status = name == "/404" ? "404 Not Found" : "200 OK";
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(body.AsMemory(0, name == "/cut" ? body.Length / 2 : body.Length));
        }
    }
}
