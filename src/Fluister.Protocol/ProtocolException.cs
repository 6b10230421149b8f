namespace Fluister.Protocol;

/// <summary>Bytes from outside were refused. Nothing of the state that they met has changed.</summary>
/// <remarks>The message names the part and the rule, never content, keys or addresses, so that it may be logged.</remarks>
public sealed class ProtocolException : Exception
{
    /// <summary>Refuses for a stated reason.</summary>
    public ProtocolException(ProtocolError error, string message)
        : base(message) => Error = error;

    /// <summary>The reason, for code.</summary>
    public ProtocolError Error { get; }
}
