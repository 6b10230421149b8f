using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Fluister.InteropTests.Official;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>fluister archive view: who gets in, and what a real browser sees.</summary>
public sealed class ViewTests(ViewTests.HostileProfile profile) : IClassFixture<ViewTests.HostileProfile>
{
    private const string Attack = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>HOSTILEgnu3317";

    [Fact]
    public async Task Only_the_token_once_opens_it_and_only_under_its_own_name()
    {
        using var view = Start(out var address);
        try
        {
            using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
            using var client = new HttpClient(handler);
            var root = new Uri(address.GetLeftPart(UriPartial.Authority));

            Assert.Equal(IPAddress.Loopback.ToString(), address.Host);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, root)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, new Uri(root, "/?token=" + new string('0', 32)))).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, address, host: "evil.example")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, address, host: $"localhost:{address.Port}")).StatusCode);
            Assert.NotEqual(HttpStatusCode.Redirect, (await Get(client, address, HttpMethod.Post)).StatusCode);

            var opened = await Get(client, address);
            Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
            var set = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
            Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, address)).StatusCode);

            var cookie = set.Split(';')[0];
            var inside = new Uri(root, opened.Headers.Location!);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, root, cookie: cookie)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, inside)).StatusCode);
            var list = await Get(client, inside, cookie: cookie);
            Assert.Equal(HttpStatusCode.OK, list.StatusCode);
            var page = await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("Family weekend", page, StringComparison.Ordinal);
            Assert.Equal("no-store", list.Headers.CacheControl?.ToString());
            Assert.Equal("nosniff", Assert.Single(list.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(list.Headers.GetValues("Referrer-Policy")));
            var policy = Assert.Single(list.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.False(list.Headers.Contains("Server"));
            Assert.False(list.Headers.Contains("Access-Control-Allow-Origin"));

            string[] missing = ["..%2f..%2fetc%2fpasswd", "sql/db.sqlite", "messages?c=..%2F..", "conversation?c=nobody&page=99999999999"];
            foreach (var path in missing)
            {
                Assert.Equal(HttpStatusCode.NotFound, (await Get(client, new Uri(inside, path), cookie: cookie)).StatusCode);
            }

            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, new Uri(inside, "../../etc/passwd"), cookie: cookie)).StatusCode);
            var wrong = cookie[..^1] + (cookie[^1] == '0' ? '1' : '0');
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(client, inside, cookie: wrong)).StatusCode);
            var frame = new Uri(inside, "messages?c=Family");
            var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Get(client, frame, cookie: cookie)));
            Assert.All(together, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            Assert.False(view.HasExited);
        }
        finally
        {
            End(view);
        }

        Assert.Equal(0, view.ExitCode);
    }

    [Fact]
    public void It_listens_on_loopback_alone_and_survives_noise()
    {
        using var view = Start(out var address);
        try
        {
            var mine = File.ReadAllLines("/proc/net/tcp").Concat(File.ReadAllLines("/proc/net/tcp6"))
                .Where(line => line.Contains($":{address.Port:X4} ", StringComparison.Ordinal))
                .Where(line => line.Contains(" 0A ", StringComparison.Ordinal)).ToList();
            Assert.Contains("0100007F:", Assert.Single(mine), StringComparison.Ordinal);

            foreach (var noise in (string[])[
                "GET / HTTP/1.1\r\n\r\n", "\0\0\0\0", "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                new string('A', 100_000)])
            {
                using var socket = new TcpClient();
                socket.Connect(IPAddress.Loopback, address.Port);
                using var stream = socket.GetStream();
                using var reader = new StreamReader(stream);
                try
                {
                    stream.Write(Encoding.Latin1.GetBytes(noise));
                    socket.Client.Shutdown(SocketShutdown.Send);
                    Assert.Matches("^(HTTP/1.1 4.. |$)", reader.ReadToEnd().Split('\n')[0]);
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    // Hung up on: an answer too.
                }
            }

            Assert.False(view.HasExited);
        }
        finally
        {
            End(view);
        }
    }

    [Fact]
    public void A_browser_opens_the_printed_address()
    {
        using var view = Start(out var address);
        using var folder = new TemporaryFolder();
        try
        {
            var page = Browse(folder, address.AbsoluteUri);
            Assert.Contains("Family weekend", page, StringComparison.Ordinal);
            Assert.Contains("<title>Conversations</title>", page, StringComparison.Ordinal);
        }
        finally
        {
            End(view);
        }
    }

    [Fact]
    public async Task The_frame_of_messages_holds_hostile_ones_as_text()
    {
        using var view = Start(out var address);
        try
        {
            using var handler = new HttpClientHandler { UseProxy = false };
            using var client = new HttpClient(handler);
            using var opened = await client.GetAsync(address, TestContext.Current.CancellationToken);
            var inside = opened.RequestMessage!.RequestUri!;
            var frame = await client.GetStringAsync(new Uri(inside, "messages?c=Family"), TestContext.Current.CancellationToken);
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder.In("frame.html"), frame);

            Assert.Contains("HOSTILEgnu3317", frame, StringComparison.Ordinal);
            var page = Browse(folder, new Uri(folder.In("frame.html")).AbsoluteUri);
            Assert.Contains("HOSTILEgnu3317", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<title>ran", page, StringComparison.Ordinal);
            // The same words as markup run in this browser, so it would have been seen.
            File.WriteAllText(folder.In("open.html"), "<title>still</title>" + Attack);
            Assert.Contains("<title>ran", Browse(folder, new Uri(folder.In("open.html")).AbsoluteUri), StringComparison.Ordinal);
        }
        finally
        {
            End(view);
        }
    }

    private static Task<HttpResponseMessage> Get(
        HttpClient client, Uri address, HttpMethod? method = null, string? host = null, string? cookie = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, address);
        request.Headers.Host = host;
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string Browse(TemporaryFolder folder, string address) => FluisterProgram.Run("chromium",
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update", "--disable-sync", $"--user-data-dir={folder.In("browser")}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--virtual-time-budget=2000", "--dump-dom", address,
    ]).Output;

    private Process Start(out Uri address)
    {
        var view = FluisterProgram.Start(FluisterProgram.Path, ["archive", "view", "--source", profile.Profile.Path]);
        var said = view.StandardOutput.ReadLine() ?? "";
        Assert.StartsWith("Open this once: ", said, StringComparison.Ordinal);
        address = new Uri(said["Open this once: ".Length..]);
        return view;
    }

    private static void End(Process view)
    {
        FluisterProgram.Signal(view.Id, FluisterProgram.Terminate);
        FluisterProgram.WaitForExit(view);
    }

    /// <summary>Talk among which somebody sends markup.</summary>
    public sealed class HostileProfile : IDisposable
    {
        public HostileProfile() => OfficialPackage.Run("run-sql.mjs",
        [
            "--profile", Profile.Path, "--key", Profile.Key, "--sql",
            $"UPDATE messages SET body = '{Attack.Replace("'", "''", StringComparison.Ordinal)}' "
                + "WHERE type = 'incoming' AND body IS NOT NULL",
        ]);

        internal OfficialProfile Profile { get; } =
            OfficialPackage.MakeProfile(1830, "--messages", "200", "--plain-text-only", "--no-expected");

        public void Dispose() => Profile.Dispose();
    }
}
