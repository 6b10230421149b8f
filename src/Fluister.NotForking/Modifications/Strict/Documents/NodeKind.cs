namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>What a node of a JSON or YAML document is.</summary>
internal enum NodeKind
{
    /// <summary>A string, number or other single value.</summary>
    Scalar,

    /// <summary>A JSON array or YAML sequence.</summary>
    Sequence,

    /// <summary>A JSON object or YAML mapping.</summary>
    Mapping,
}
