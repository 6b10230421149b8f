using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Fluister.Server.Requests;

/// <summary>What is noted of requests: failures of our own, by the route's template, so that no id and no address is in it.</summary>
internal static partial class RequestLog
{
    private const int MostFrames = 12;

    /// <summary>The disk is full, or fails.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "The database cannot write: is the disk full?")]
    public static partial void DiskFails(this ILogger log);

    /// <summary>A mistake of this program. What an exception says may hold what was being worked on, so only its kind and its place are
    /// noted.</summary>
    public static void Failed(this ILogger log, Exception failure, string verb, string template) =>
        log.Failed(verb, template, failure.GetType().Name, Place(failure));

    /// <summary>What is too old was not deleted; it will be tried again.</summary>
    public static void HouseNotKept(this ILogger log, Exception failure, string what) =>
        log.HouseNotKept(what, failure.GetType().Name, Place(failure));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Old {What} were not deleted: {Kind} at {Place}. Do the files belong to the server's user? It will be tried again.")]
    private static partial void HouseNotKept(this ILogger log, string what, string kind, string place);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Verb} {Template} failed with {Kind} at {Place}. This is a mistake of the server's; please report it.")]
    private static partial void Failed(this ILogger log, string verb, string template, string kind, string place);

    private static string Place(Exception failure)
    {
        var frames = new StackTrace(failure).GetFrames().Select(frame => frame.GetMethod()).OfType<MethodBase>();
        return string.Join(" < ", frames.Select(method => $"{method.DeclaringType?.FullName}.{method.Name}").Take(MostFrames));
    }
}
