namespace Fluister.Benchmarks.Server;

/// <summary>Where clients reach a server of XMPP.</summary>
/// <param name="Port">Of 127.0.0.1, with direct TLS.</param>
/// <param name="Host">Its domain.</param>
internal readonly record struct XmppAddress(int Port, string Host);
