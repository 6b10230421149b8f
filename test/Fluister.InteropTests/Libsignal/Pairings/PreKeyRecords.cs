namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>Records of pre-keys, in libsignal's form.</summary>
internal sealed record PreKeyRecords(byte[] SignedPreKey, byte[] KyberPreKey, byte[]? PreKey);
