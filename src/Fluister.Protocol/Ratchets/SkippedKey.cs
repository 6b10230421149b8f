namespace Fluister.Protocol.Ratchets;

/// <summary>What is kept for a message that has not come yet: its seed of 32 bytes, or, from old records, its 80 bytes of keys.</summary>
internal readonly record struct SkippedKey(uint Index, byte[] Material)
{
    public const int SeedBytes = 32;

    public bool IsSeed => Material.Length == SeedBytes;
}
