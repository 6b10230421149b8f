namespace Fluister.Engines;

/// <summary>What went wrong with an engine.</summary>
public enum EngineError
{
    /// <summary>No such program, library or model.</summary>
    NotFound,

    /// <summary>It could not be shut in as asked, or is not on this computer; the person may allow it.</summary>
    NotAllowed,

    /// <summary>The file is no model, or none that this engine can run.</summary>
    BadModel,

    /// <summary>A library is not the one that Fluister knows.</summary>
    BadLibrary,

    /// <summary>The model or its context does not fit into memory.</summary>
    OutOfMemory,

    /// <summary>Prompt and answer are longer than the context.</summary>
    ContextOverflow,

    /// <summary>The engine ended in the middle of its work.</summary>
    Crashed,

    /// <summary>The engine said what this program does not understand.</summary>
    Protocol,

    /// <summary>The engine did not answer in time.</summary>
    Timeout,
}

/// <summary>An engine could not do what was asked. The message is a sentence for people: what, why, and what to do next. It never holds
/// text of a prompt.</summary>
public sealed class EngineException(EngineError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind.</summary>
    public EngineError Error { get; } = error;
}
