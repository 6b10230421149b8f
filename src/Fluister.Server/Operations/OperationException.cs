namespace Fluister.Server.Operations;

/// <summary>A command cannot go on; the message is a sentence that says why and what helps.</summary>
internal sealed class OperationException(string message, int exitCode, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the shell is told.</summary>
    public int ExitCode => exitCode;
}
