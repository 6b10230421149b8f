namespace Fluister.NotForking.Upstreams;

/// <summary>A signature that was found good, by one of the keys that `signers` has.</summary>
/// <param name="Format">"gpg" or "ssh".</param>
/// <param name="Signer">The key: a fingerprint in hex (gpg), or "SHA256:..." (ssh).</param>
public sealed record TagSignature(string Format, string Signer);
