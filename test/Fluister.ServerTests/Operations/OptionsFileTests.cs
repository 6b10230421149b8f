using System.Reflection;
using Fluister.Server.Operations;

namespace Fluister.ServerTests.Operations;

/// <summary>The settings file.</summary>
public sealed class OptionsFileTests
{
    [Fact]
    public void The_example_is_read_as_what_it_was_written_from()
    {
        var options = new ServerOptions
        {
            Domain = "chat.example.org",
            Port = 443,
            Url = "https://chat.example.org:444",
            Certificate = "full.pem",
            CertificateKey = "key.pem",
            Country = "NL",
            AbuseContact = "abuse@example.org",
            DrainSeconds = 3,
            LogLevel = "warning",
            MessagesPerPair = 61,
            SealedMessagesPerPair = 601,
            MessagesPerAddress = 6001,
            RegistrationsPerAddress = 101,
            StrangersPerDay = 5,
            TurnUrls = ["turn:turn.example.org:3478", "turns:turn.example.org"],
            TurnSecret = "0123456789abcdef",
            Telemetry = "http://127.0.0.1:4318",
            TraceShare = 0.25,
            ClientSettings = new Dictionary<string, string> { ["desktop.ü"] = "\"" },
        };
        var read = OptionsFile.Read(OptionsFile.Write(options), "settings");
        Assert.Equivalent(options, read, strict: true);
    }

    [Fact]
    public void Every_setting_stands_in_the_example_below_what_it_means()
    {
        var lines = OptionsFile.Write(new ServerOptions()).Split('\n');
        var settings = typeof(ServerOptions).GetProperties()
            .Where(property => property.GetCustomAttribute<SettingAttribute>() is not null).ToList();
        Assert.True(settings.Count > 5);
        Assert.All(settings, setting =>
        {
            var at = Array.FindIndex(lines, line => line.StartsWith($"  \"{setting.Name}\":", StringComparison.OrdinalIgnoreCase));
            Assert.True(at > 0, setting.Name);
            Assert.StartsWith("  // ", lines[at - 1]);
        });
    }

    [Fact]
    public void What_is_left_out_has_the_value_of_the_example() =>
        Assert.Equivalent(new ServerOptions(), OptionsFile.Read("{}", "settings"), strict: true);

    [Theory]
    [InlineData("""{ "domain": "https://chat.example.org" }""", "domain")]
    [InlineData("""{ "domain": "" }""", "domain")]
    [InlineData("""{ "address": "everywhere" }""", "address")]
    [InlineData("""{ "port": 65536 }""", "port")]
    [InlineData("""{ "port": -1 }""", "port")]
    [InlineData("""{ "port": "8443" }""", "port")]
    [InlineData("""{ "url": "http://chat.example.org" }""", "url")]
    [InlineData("""{ "url": "https://chat.example.org/" }""", "url")]
    [InlineData("""{ "url": "https://chat.example.org/x" }""", "url")]
    [InlineData("""{ "certificate": "full.pem" }""", "certificateKey")]
    [InlineData("""{ "certificateKey": "key.pem" }""", "certificateKey")]
    [InlineData("""{ "country": "nl" }""", "country")]
    [InlineData("""{ "country": "NLD" }""", "country")]
    [InlineData("""{ "abuseContact": "" }""", "abuseContact")]
    [InlineData("""{ "drainSeconds": 31 }""", "drainSeconds")]
    [InlineData("""{ "drainSeconds": -1 }""", "drainSeconds")]
    [InlineData("""{ "logLevel": "debug" }""", "logLevel")]
    [InlineData("""{ "messagesPerPair": 0 }""", "messagesPerPair")]
    [InlineData("""{ "sealedMessagesPerPair": 100000001 }""", "sealedMessagesPerPair")]
    [InlineData("""{ "messagesPerAddress": -1 }""", "messagesPerAddress")]
    [InlineData("""{ "strangersPerDay": -1 }""", "strangersPerDay")]
    [InlineData("""{ "turnUrls": ["turn:a"] }""", "turnSecret")]
    [InlineData("""{ "turnUrls": ["turn:a"], "turnSecret": "short" }""", "turnSecret")]
    [InlineData("""{ "turnSecret": "0123456789abcdef" }""", "turnUrls")]
    [InlineData("""{ "turnUrls": ["https://a"], "turnSecret": "0123456789abcdef" }""", "turnUrls")]
    [InlineData("""{ "turnUrls": [null], "turnSecret": "0123456789abcdef" }""", "turnUrls")]
    [InlineData("""{ "clientSettings": null }""", "clientSettings")]
    [InlineData("""{ "prot": 8443 }""", "There are: domain, ")]
    [InlineData("""{ "port": 1, "port": 2 }""", "port")]
    [InlineData("""{ "port": 8443""", "quickstart --example")]
    [InlineData("port = 8443", "quickstart --example")]
    public void A_wrong_value_is_refused_with_a_sentence_that_names_it(string text, string expected)
    {
        var refused = Assert.Throws<OperationException>(() => OptionsFile.Read(text, "server.json"));
        Assert.StartsWith("server.json", refused.Message);
        Assert.Contains(expected, refused.Message);
        Assert.Equal(2, refused.ExitCode);
    }

    [Fact]
    public void The_line_of_a_mistake_is_told() =>
        Assert.StartsWith(
            "server.json, line 3:",
            Assert.Throws<OperationException>(() => OptionsFile.Read("{\n// a\n\"prot\": 1 }", "server.json")).Message);
}
