namespace Fluister.NotForking;

/// <summary>What ends a command: one sentence that names the cause and the next step, and where it lies.</summary>
/// <param name="code">The exit code.</param>
/// <param name="message">One sentence, without the place.</param>
/// <param name="place">Where, if it is in a file.</param>
/// <param name="inner">What caused it.</param>
public sealed class NotForkException(ExitCode code, string message, Place? place = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The exit code.</summary>
    public ExitCode Code { get; } = code;

    /// <summary>Where, if it is in a file.</summary>
    public Place? Place { get; } = place;

    /// <summary>The line for a person: "FILE:LINE: SENTENCE".</summary>
    public string Line => Place is { } place ? $"{place}: {Message}" : Message;
}
