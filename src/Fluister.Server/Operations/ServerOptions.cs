using System.Globalization;
using System.Net;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>All settings of a server. What each means stands in its attribute, from which the example file is made.</summary>
/// <remarks>Setters, not init: the generated reader of JSON would set what is left out to null.</remarks>
internal sealed record ServerOptions
{
    private const int LongestDrain = 30;
    private const int ShortestSecret = 16;
    private const string ClosedFederation = "closed";

    /// <summary>The value of the setting by which servers are let in that nobody has added.</summary>
    public const string OpenFederation = "open";

    [Setting("The server's name, as clients reach it.")]
    public string Domain { get; set; } = "localhost";

    [Setting("The address that is listened on: \"any\", or one of this machine's.")]
    public string Address { get; set; } = "any";

    [Setting("The port that is listened on; 0 takes one that is free.")]
    public int Port { get; set; } = 8443;

    [Setting("Where clients reach the server, if not at https://DOMAIN:PORT: \"https://chat.example.org\".")]
    public string? Url { get; set; }

    [Setting("""
        Another authority's certificate with its chain, and its key, as PEM files; both or none.
        Without them the server has a certificate of the network's own authority.
        """)]
    public string? Certificate { get; set; }

    [Setting("The key of that certificate.")]
    public string? CertificateKey { get; set; }

    [Setting("The country whose law the operator is under, in two letters (ISO 3166): \"NL\". Others read it in the descriptor.")]
    public string? Country { get; set; }

    [Setting("Where abuse is reported: \"abuse@example.org\". Others read it in the descriptor.")]
    public string? AbuseContact { get; set; }

    [Setting("Seconds that requests under way have to end when the server is asked to stop, 0 to 30.")]
    public int DrainSeconds { get; set; } = 10;

    [Setting("How much is logged: \"information\", \"warning\" or \"error\". No id, number, address or content is logged at any level.")]
    public string LogLevel { get; set; } = "information";

    [Setting("""
        Where metrics go by OpenTelemetry (OTLP over HTTP), if anywhere: "http://127.0.0.1:4318". No id, number or address is in them.
        """)]
    public string? Telemetry { get; set; }

    [Setting("""
        The share of requests whose traces go there too, 0 to 1. Traces tell when who-knows-who asked for what: of few people, one
        can guess who wrote to whom.
        """)]
    public double TraceShare { get; set; }

    [Setting("Settings that are handed to clients, by their names in the clients: {\"desktop.someFlag\": \"true\"}.")]
    public IReadOnlyDictionary<string, string> ClientSettings { get; set; } = new Dictionary<string, string>();

    [Setting("Messages in a minute that one account may send to another, saying who it is. Signal has 60.")]
    public int MessagesPerPair { get; set; } = ServerLimits.MessagesPerPair;

    [Setting("Sealed messages in a minute from one network address to one account.")]
    public int SealedMessagesPerPair { get; set; } = ServerLimits.SealedMessagesPerPair;

    [Setting("""
        Messages in a minute from one network address, which many people may share. A message counts once more for each 8 KiB, and for
        each 10 people that it goes to.
        """)]
    public int MessagesPerAddress { get; set; } = ServerLimits.MessagesPerAddress;

    [Setting("""
        How many people may register from one network address at once; as many more follow within 17 minutes. Raise it while a school or a
        company behind one address moves in.
        """)]
    public int RegistrationsPerAddress { get; set; } = ServerLimits.RegistrationsPerAddress;

    [Setting("""
        To how many accounts that it never wrote with an account may write in a day before it is challenged; 0 challenges nobody. Who is
        challenged goes on with an invite, which `fluister-server invite create` makes and you hand out, or waits.
        """)]
    public int StrangersPerDay { get; set; }

    [Setting("""
        Where calls are relayed that find no direct way: a TURN server such as coturn with use-auth-secret,
        ["turn:turn.example.org:3478?transport=udp"]. Without one, calls are made where both sides reach each other.
        """)]
    public IReadOnlyList<string> TurnUrls { get; set; } = [];

    [Setting("The secret that this server shares with the TURN server: coturn's static-auth-secret.")]
    public string? TurnSecret { get; set; }

    [Setting("""
        Mebibytes of the disk for attachments and avatars of people on other home servers, so that each is fetched once; 0 keeps none.
        """)]
    public int BlobCacheMegabytes { get; set; } = ServerLimits.BlobCacheMebibytes;

    [Setting("""
        Other servers: "closed" takes those that `fluister-server peer add` has added; "open" takes others too, by themselves, and lets
        them do what "limit" does, until `fluister-server peer set` says otherwise.
        """)]
    public string Federation { get; set; } = ClosedFederation;

    [Setting("Whether servers may be at addresses of this machine and its own network, where \"federation\" is \"open\".")]
    public bool FederationPrivateAddresses { get; set; }

    [Setting("""
        The countries, as in "country", whose servers may be peers, ["DE", "NL"]; all where there are none. One that says another, or
        none, is refused both ways.
        """)]
    public IReadOnlyList<string> PeerCountries { get; set; } = [];

    [Setting("""
        Public keys of those whose word on builds counts, in base64: what `./build key` writes between the lines of dashes, as one. They
        build the sources of releases, and sign which builds come of them.
        """)]
    public IReadOnlyList<string> Rebuilders { get; set; } = [];

    [Setting("""
        How many of "rebuilders" must attest the build that another server states before anything crosses to or from it; with 0 none. What
        waits for one that lacks them is kept, as in quarantine.
        """)]
    public int RebuildersNeeded { get; set; }

    /// <summary>Where clients reach the server.</summary>
    public Uri BaseUrl(int port) => new(Url ?? string.Create(CultureInfo.InvariantCulture, $"https://{Domain}:{port}"));

    /// <summary>Where to listen.</summary>
    public IPEndPoint Endpoint => new(
        Address == "any" ? (System.Net.Sockets.Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any) : IPAddress.Parse(Address), Port);

    /// <summary>What is wrong with the values, a sentence each.</summary>
    public IEnumerable<string> Problems()
    {
        if (Uri.CheckHostName(Domain) is not UriHostNameType.Dns)
        {
            yield return "\"domain\" must be a name such as chat.example.org, without https:// and without a port.";
        }

        if (Address != "any" && !IPAddress.TryParse(Address, out _))
        {
            yield return "\"address\" must be \"any\" or an IP address such as 192.0.2.1.";
        }

        if (Port is < 0 or > ushort.MaxValue)
        {
            yield return "\"port\" must be from 0 to 65535.";
        }

        if (Url is not null
            && !(Uri.TryCreate(Url, UriKind.Absolute, out var url) && url is { Scheme: "https", PathAndQuery: "/" } && Url[^1] != '/'))
        {
            yield return "\"url\" must be as https://chat.example.org or https://chat.example.org:8443, without anything behind it.";
        }

        if (Certificate is null != CertificateKey is null)
        {
            yield return "\"certificate\" and \"certificateKey\" belong together: give both or none.";
        }

        if (Federation is not (ClosedFederation or OpenFederation))
        {
            yield return "\"federation\" must be \"closed\" or \"open\".";
        }

        if (!PeerCountries.All(IsCountry))
        {
            yield return "\"peerCountries\" must be a list of two capital letters each, such as [\"DE\", \"NL\"].";
        }

        if (Rebuilders.Count > ServerLimits.Rebuilders || !Rebuilders.All(IsKey)
            || Rebuilders.Distinct(StringComparer.Ordinal).Count() != Rebuilders.Count)
        {
            yield return "\"rebuilders\" must be at most 32 keys, each once: ECDSA on P-256, in base64.";
        }
        else if (RebuildersNeeded < 0 || RebuildersNeeded > Math.Min(Rebuilders.Count, ServerLimits.Attestations))
        {
            yield return "\"rebuildersNeeded\" must be from 0 to the number of \"rebuilders\", and at most 16.";
        }

        if (Country is not null && !IsCountry(Country))
        {
            yield return "\"country\" must be two capital letters, such as NL.";
        }

        if (AbuseContact is { Length: 0 or > 200 })
        {
            yield return "\"abuseContact\" must be an address of at most 200 characters, or null.";
        }

        if (DrainSeconds is < 0 or > LongestDrain)
        {
            yield return "\"drainSeconds\" must be from 0 to 30.";
        }

        foreach (var (name, value) in new[]
        {
            ("messagesPerPair", MessagesPerPair),
            ("sealedMessagesPerPair", SealedMessagesPerPair),
            ("messagesPerAddress", MessagesPerAddress),
            ("registrationsPerAddress", RegistrationsPerAddress),
        })
        {
            if (value is < 1 or > ServerLimits.MostMessagesPerMinute)
            {
                yield return $"\"{name}\" must be from 1 to 100000000.";
            }
        }

        if (TurnUrls.Count > ServerLimits.TurnUrls || TurnUrls.Any(url => url?.Split(':')[0] is not ("turn" or "turns" or "stun")))
        {
            yield return "\"turnUrls\" must be at most 16 of the form turn:turn.example.org:3478, turns: or stun:.";
        }

        if (TurnUrls.Count > 0 != TurnSecret is { Length: >= ShortestSecret })
        {
            yield return "\"turnUrls\" and \"turnSecret\", of at least 16 characters, belong together: give both or none.";
        }

        if (BlobCacheMegabytes is < 0 or > ServerLimits.MostBlobCacheMebibytes)
        {
            yield return "\"blobCacheMegabytes\" must be from 0 to 1048576.";
        }

        if (StrangersPerDay is < 0 or > ServerLimits.MostStrangersPerDay)
        {
            yield return "\"strangersPerDay\" must be from 0 to 100000.";
        }

        if (Telemetry is not null
            && !(Uri.TryCreate(Telemetry, UriKind.Absolute, out var receiver) && receiver.Scheme is "http" or "https"))
        {
            yield return "\"telemetry\" must be a URL such as http://127.0.0.1:4318, or null.";
        }

        if (TraceShare is not (>= 0 and <= 1))
        {
            yield return "\"traceShare\" must be from 0 to 1.";
        }

        if (LogLevel is not ("information" or "warning" or "error"))
        {
            yield return "\"logLevel\" must be \"information\", \"warning\" or \"error\".";
        }
    }

    private static bool IsKey(string? key)
    {
        var bytes = new byte[key?.Length ?? 0];
        return Convert.TryFromBase64String(key ?? "", bytes, out var length) && BuildAttestation.IsKey(bytes.AsSpan(0, length))
            && Convert.ToBase64String(bytes.AsSpan(0, length)) == key;
    }

    private static bool IsCountry(string? country) =>
        country is { Length: 2 } && country.AsSpan().IndexOfAnyExceptInRange('A', 'Z') < 0;
}
