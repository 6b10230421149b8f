using System.Text;
using System.Text.Json.Nodes;
using Fluister.NotForking;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Recipes;

/// <summary>The recipes, on small trees in the shapes of upstream's files: they change all that must, and find what is left.</summary>
public sealed class RecipeTests
{
    [Theory]
    [InlineData(
        "libsignal",
        "v0.101.0",
        "rust/net/src/env.rs", "hostname: \"chat.example.org\"",
        "rust/net/src/env.rs", "port: nonzero!(8443_u16)",
        "rust/net/src/certs.rs", "include_bytes!(\"../res/signal.cer\"),\n]);",
        "rust/protocol/src/sealed_sender.rs", "= &[\n    (\n        0x7357C357,",
        "node/package-lock.json", "\"node_modules/@signalapp/libsignal-client\"")]
    [InlineData(
        "Signal-Server",
        "v20260820.3.0",
        "service/config/sample.yml", "bundleId: org.example.chat.ios",
        "pom.xml", "<url>https://packages.invalid/maven</url>",
        "service/src/main/resources/banner.txt", "Example Chat (Signal-Server 20260820.3.0,")]
    [InlineData(
        "Signal-Desktop",
        "v8.14.0",
        "config/production.json", "\"serverUrl\": \"https://chat.example.org:8443\"",
        "config/default.json", "\"certificateAuthority\": \"-----BEGIN CERTIFICATE-----\\nMIIB",
        "package.json", "\"appId\": \"org.example.chat.desktop\"",
        "_locales/en/messages.json", "\"messageformat\": \"Example Chat\"")]
    [InlineData(
        "Signal-Android",
        "v8.0.0",
        "app/build.gradle.kts", "\"SIGNAL_URL\", \"\\\"https://chat.example.org:8443\\\"\")",
        "app/build.gradle.kts", "    applicationId = \"org.example.chat.android\"\n",
        "app/src/main/AndroidManifest.xml", "\"${applicationId}.ACCESS_SECRETS\"",
        "gradle/libs.versions.toml", "\"org.signal:ringrtc-android:2.55.1\"")]
    [InlineData(
        "Signal-iOS",
        "8.0",
        "SignalServiceKit/Environment/TSConstants.swift", "let svr2URL = \"wss://svr2.invalid\"",
        "Signal/Signal.entitlements", "applinks:art.invalid")]
    public void The_network_is_in_the_place_of_upstreams(string name, string tag, params string[] expected)
    {
        using var upstream = new RecipeUpstream(name);
        upstream.Make(tag);
        using var tree = upstream.Build(RecipeUpstream.Example);
        Assert.All(expected.Chunk(2), pair => Assert.Contains(pair[1], Text(tree, pair[0])));
    }

    [Theory]
    [InlineData("libsignal", "v0.101.0", "\"https://cdn4.signal.org\"", "swift/Sources/Client.swift")]
    [InlineData("libsignal", "v0.101.0", "BUkY0I+9+oPgDCn4", "swift/Sources/Client.swift")]
    [InlineData("Signal-Server", "v20260820.3.0", "https://updates.signal.org", "Service.java")]
    [InlineData("Signal-Desktop", "v8.14.0", "https://cdn2.signal.org/x", "ts/util/routes.std.ts")]
    [InlineData("Signal-Android", "v8.0.0", "https://storage.signal.org", "Links.kt")]
    [InlineData("Signal-iOS", "8.0", "https://support.signal.org", "TSConstants.swift")]
    public void A_leftover_is_found_and_named(string name, string tag, string plant, string path)
    {
        using var upstream = new RecipeUpstream(name);
        upstream.Make(tag, plant);
        var refused = Assert.Throws<NotForkException>(() => upstream.Build(RecipeUpstream.Example));
        Assert.Equal(ExitCode.Assertion, refused.Code);
        Assert.Contains(path, refused.Line);
        Assert.Contains("90-nothing-remains.mod", refused.Line);
    }

    [Fact]
    public void Addresses_and_two_roots_are_taken_where_the_network_has_them()
    {
        var network = JsonNode.Parse(File.ReadAllText(RecipeUpstream.Example))!;
        network["chat"]!["ipv4"] = new JsonArray("203.0.113.7");
        network["chat"]!["ipv6"] = new JsonArray("2001:db8::7");
        network["sealedSender"]!["trustRoots"] = new JsonArray("BROOTONE", "BROOTTWO");
        using var library = new RecipeUpstream("libsignal");
        library.Make("v0.101.0");
        using (var tree = library.Build(library.Write("network.json", network.ToJsonString())))
        {
            var text = Text(tree, "rust/net/src/env.rs");
            Assert.Contains("ip_v4: &[ip_addr!(v4, \"203.0.113.7\")]", text);
            Assert.Contains("ip_v6: &[ip_addr!(v6, \"2001:db8::7\")]", text);
        }

        using var android = new RecipeUpstream("Signal-Android");
        android.Make("v8.0.0");
        using (var tree = android.Build(android.Write("network.json", network.ToJsonString())))
        {
            Assert.Contains("new String[]{ \\\"BROOTONE\\\", \\\"BROOTTWO\\\"}", Text(tree, "app/build.gradle.kts"));
            Assert.Contains("\"service_ips\"] = \"\"\"new String[]{\"203.0.113.7\"}\"\"\"", Text(tree, "app/static-ips.gradle.kts"));
        }
    }

    [Fact]
    public void With_a_public_authoritys_certificate_the_systems_roots_are_trusted()
    {
        var network = JsonNode.Parse(File.ReadAllText(RecipeUpstream.Example))!;
        network["tls"] = new JsonObject();
        using var upstream = new RecipeUpstream("libsignal");
        upstream.Make("v0.101.0");
        using var tree = upstream.Build(upstream.Write("network.json", network.ToJsonString()));
        Assert.Contains("SIGNAL_ROOT_CERTIFICATES: RootCertificates = RootCertificates::Native;", Text(tree, "rust/net/src/certs.rs"));
        Assert.DoesNotContain(tree.Workspace.Result, entry => entry.Path.EndsWith(".cer", StringComparison.Ordinal));
    }

    /// <summary>A file of the result.</summary>
    private static string Text(MassagedTree tree, string path) => Encoding.UTF8.GetString(
        Workspace.Read(tree.Workspace.Result.Single(entry => entry.Path == path), new Place(path)));
}
