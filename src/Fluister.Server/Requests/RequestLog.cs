using Microsoft.Extensions.Logging;

namespace Fluister.Server.Requests;

/// <summary>What is noted of requests: failures of our own, by the route's template, so that no id and no address is in it.</summary>
internal static partial class RequestLog
{
    /// <summary>The disk is full, or fails.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "The database cannot write: is the disk full?")]
    public static partial void DiskFails(this ILogger log);

    /// <summary>A mistake of this program.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{Verb} {Template} failed. This is a mistake of the server's; please report it.")]
    public static partial void Failed(this ILogger log, Exception failure, string verb, string template);
}
