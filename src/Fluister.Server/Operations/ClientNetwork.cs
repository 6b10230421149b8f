using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.Server.Grpc;
using Fluister.Server.Identity;

namespace Fluister.Server.Operations;

/// <summary>A network as clients are built for it: the network descriptor, the one input of the recipes (docs/RECIPES.md).</summary>
/// <remarks>It is no secret, and unsigned: an operator may change names, icons and services that others run.</remarks>
internal static class ClientNetwork
{
    /// <summary>The descriptor's format.</summary>
    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the descriptor.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="identity">The server's keys.</param>
    /// <param name="authority">The network's own authority; none where another one's certificate is used.</param>
    /// <param name="name">What people call the network.</param>
    public static string Write(ServerOptions options, ServerIdentity identity, X509Certificate2? authority, string name)
    {
        var url = options.BaseUrl(options.Port);
        var site = url.GetLeftPart(UriPartial.Authority);
        var id = Id(name);
        var domain = string.Join('.', options.Domain.Split('.').Reverse());
        var contact = options.AbuseContact ?? $"postmaster@{options.Domain}";
        return new JsonObject
        {
            ["format"] = Format,
            ["name"] = name,
            ["id"] = id,
            ["domain"] = options.Domain,
            ["contact"] = new JsonObject { ["security"] = contact, ["support"] = contact, ["site"] = site },
            ["chat"] = new JsonObject
            {
                ["host"] = url.Host,
                ["port"] = url.Port,
                ["url"] = site,
                ["ipv4"] = new JsonArray(),
                ["ipv6"] = new JsonArray(),
            },
            ["storage"] = new JsonObject { ["host"] = url.Host, ["url"] = site },
            ["cdn0"] = site,
            ["cdn2"] = site,
            ["cdn3"] = site,
            ["tls"] = authority is null
                ? []
                : new JsonObject
                {
                    ["authority"] = Convert.ToBase64String(authority.RawData),
                    ["authorityPem"] = authority.ExportCertificatePem() + "\n",
                },
            ["sealedSender"] = new JsonObject
            {
                ["trustRoots"] = new JsonArray([.. identity.TrustRoots.Select(root => (JsonNode)Convert.ToBase64String(root.Serialized))]),
                ["serverCertificate"] = Convert.ToBase64String(identity.Certificate.Serialized),
            },
            ["zk"] = new JsonObject
            {
                ["server"] = Convert.ToBase64String(identity.Zk.Public.Write()),
                ["generic"] = Convert.ToBase64String(NobodysKeys.GenericParams("generic params")),
                ["backup"] = Convert.ToBase64String(NobodysKeys.GenericParams("backup params")),
            },
            ["wire"] = new JsonObject { ["errorDomain"] = GrpcAnswer.Domain },
            ["keyTransparency"] = new JsonObject
            {
                ["signingKey"] = NobodysKeys.Signing,
                ["vrfKey"] = NobodysKeys.Vrf,
                ["auditorKey"] = NobodysKeys.Auditor,
            },
            ["cdsi"] = Enclave("cdsi"),
            ["svr2"] = Enclave("svr2"),
            ["svrb"] = Enclave("svrb"),
            ["sfu"] = new JsonObject { ["url"] = "https://sfu.invalid" },
            ["contentProxy"] = new JsonObject { ["host"] = "contentproxy.invalid" },
            ["status"] = new JsonObject { ["host"] = "status.invalid" },
            ["captcha"] = new JsonObject
            {
                ["registration"] = "https://captcha.invalid/registration",
                ["challenge"] = "https://captcha.invalid/challenge",
            },
            ["updates"] = new JsonObject
            {
                ["url"] = "https://updates.invalid",
                ["resources"] = "https://resources.invalid",
                ["publicKey"] = Convert.ToHexStringLower(NobodysKeys.Curve("updates")),
                ["enabled"] = false,
            },
            ["links"] = new JsonObject
            {
                ["me"] = "me.invalid",
                ["group"] = "group.invalid",
                ["art"] = "art.invalid",
                ["call"] = "link.invalid",
                ["proxy"] = "tube.invalid",
            },
            ["payments"] = new JsonObject { ["stripe"] = "pk_none", ["stripeUrl"] = "https://stripe.invalid" },
            ["packages"] = new JsonObject
            {
                ["maven"] = "https://packages.invalid/maven",
                ["prebuilt"] = "https://packages.invalid/prebuilt",
                ["source"] = "https://packages.invalid/source",
                ["ubuntu"] = "http://archive.ubuntu.com/ubuntu/",
                ["javaGroup"] = domain,
            },
            ["desktop"] = new JsonObject { ["appId"] = $"{domain}.desktop" },
            ["android"] = Android($"{domain}.android".Replace('-', '_'), authority),
            ["ios"] = new JsonObject { ["bundleId"] = $"{domain}.ios", ["bundlePrefix"] = domain, ["team"] = "0000000000" },
        }.ToJsonString(Options);
    }

    private static JsonObject Android(string application, X509Certificate2? authority)
    {
        var android = new JsonObject { ["applicationId"] = application };
        if (authority is not null)
        {
            android["trustStore"] = Convert.ToBase64String(TrustStore.Write(authority));
        }

        return android;
    }

    private static JsonObject Enclave(string service) => new()
    {
        ["host"] = $"{service}.invalid",
        ["enclave"] = new string('0', 64),
        ["groupId"] = 0,
    };

    /// <summary>A name as it may stand in the names of packages and programs: "Our Town" becomes "our-town".</summary>
    private static string Id(string name)
    {
        var words = string.Concat(name.ToLower(CultureInfo.InvariantCulture)
            .Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [var first, ..] && char.IsAsciiLetter(first[0]) ? string.Join('-', words) : "network";
    }
}
