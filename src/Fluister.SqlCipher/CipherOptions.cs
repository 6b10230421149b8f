namespace Fluister.SqlCipher;

/// <summary>How a database is read.</summary>
public sealed record CipherOptions
{
    /// <summary>Read on past pages that are not authentic, and leave out the rows that touch them.</summary>
    public bool Salvage { get; init; }

    /// <summary>Bytes of decrypted pages that SQLite keeps.</summary>
    public int CacheBytes { get; init; } = 2 << 20;
}

/// <summary>The storage class of a value (https://sqlite.org/datatype3.html).</summary>
public enum SqliteType
{
    /// <summary>A 64-bit integer.</summary>
    Integer = 1,

    /// <summary>A 64-bit floating-point number.</summary>
    Float = 2,

    /// <summary>Text.</summary>
    Text = 3,

    /// <summary>Bytes.</summary>
    Blob = 4,

    /// <summary>NULL.</summary>
    Null = 5,
}
