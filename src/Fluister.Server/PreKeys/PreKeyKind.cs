namespace Fluister.Server.PreKeys;

/// <summary>Kinds of published keys, as the table numbers them.</summary>
internal enum PreKeyKind
{
    /// <summary>One-time EC: deleted when it is taken.</summary>
    OneTime = 0,

    /// <summary>Signed EC: there until it is replaced.</summary>
    Signed = 1,

    /// <summary>One-time KEM: deleted when it is taken.</summary>
    OneTimeKem = 2,

    /// <summary>KEM of last resort: there until it is replaced, taken where no one-time KEM key is left.</summary>
    LastResortKem = 3,
}
