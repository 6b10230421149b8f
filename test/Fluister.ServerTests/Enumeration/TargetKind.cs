namespace Fluister.ServerTests.Enumeration;

/// <summary>Kinds of accounts that a stranger shall not tell apart.</summary>
internal enum TargetKind
{
    /// <summary>No account.</summary>
    Unknown,

    /// <summary>An account, asked for with a wrong secret.</summary>
    Known,

    /// <summary>An account without an access key.</summary>
    Keyless,

    /// <summary>An account that the operator has disabled, asked for with its right secrets.</summary>
    Disabled,

    /// <summary>An account, asked for with its right secrets: who has these may tell it from none.</summary>
    Friend,
}
