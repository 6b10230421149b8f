namespace Fluister.Wire.Json;

/// <summary>Relays for calls.</summary>
public sealed record RelaysJson(IReadOnlyList<RelayJson> Relays);

/// <summary>A relay: name and password for its TURN server, how many seconds they are good, and where it is; by addresses too, where the
/// host name is for the certificate alone.</summary>
public sealed record RelayJson(
    string Username, string Password, long Ttl, IReadOnlyList<string> Urls, IReadOnlyList<string> UrlsWithIps, string? Hostname = null);
