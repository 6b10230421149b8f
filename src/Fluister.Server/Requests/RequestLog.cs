using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Fluister.Server.Requests;

/// <summary>What is noted of requests: failures of our own, by the route's template, so that no id and no address is in it.</summary>
internal static class RequestLog
{
    private const int MostFrames = 12;

    // Defined here rather than by attributes: where more than one class has those, the order of what is generated goes by the place of the
    // sources, and the build is not the same everywhere.
    private static readonly Action<ILogger, Exception?> Disk =
        LoggerMessage.Define(LogLevel.Error, default, "The database cannot write: is the disk full?");

    private static readonly Action<ILogger, string, string, string, Exception?> House = LoggerMessage.Define<string, string, string>(
        LogLevel.Warning,
        default,
        "Old {What} were not deleted: {Kind} at {Place}. Do the files belong to the server's user? It will be tried again.");

    private static readonly Action<ILogger, string, string, string, string, Exception?> Mistake =
        LoggerMessage.Define<string, string, string, string>(
            LogLevel.Error,
            default,
            "{Verb} {Template} failed with {Kind} at {Place}. This is a mistake of the server's; please report it.");

    /// <summary>The disk is full, or fails.</summary>
    public static void DiskFails(this ILogger log) => Disk(log, null);

    /// <summary>A mistake of this program. What an exception says may hold what was being worked on, so only its kind and its place are
    /// noted.</summary>
    public static void Failed(this ILogger log, Exception failure, string verb, string template) =>
        Mistake(log, verb, template, failure.GetType().Name, Place(failure), null);

    /// <summary>What is too old was not deleted; it will be tried again.</summary>
    public static void HouseNotKept(this ILogger log, Exception failure, string what) =>
        House(log, what, failure.GetType().Name, Place(failure), null);

    private static string Place(Exception failure)
    {
        var frames = new StackTrace(failure).GetFrames().Select(frame => frame.GetMethod()).OfType<MethodBase>();
        return string.Join(" < ", frames.Select(method => $"{method.DeclaringType?.FullName}.{method.Name}").Take(MostFrames));
    }
}
