using Fluister.Server.Operations;
using Fluister.Server.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fluister.Server.Requests;

/// <summary>All routes of all rooms, and how a request finds its own. The same for HTTP and for requests within a WebSocket.</summary>
internal sealed class Router
{
    private readonly Func<Caller, Caller?> _refresh;
    private readonly ILogger _log;
    private readonly int _longest;
    private readonly Dictionary<(string Verb, int Segments), List<(string[] Template, Route Route)>> _routes = [];

    /// <summary>Takes the rooms' routes; two that could match the same request are a mistake.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="refresh">The caller as it is now, or none where it is no longer one: a socket lives longer than what it was told at
    /// its start.</param>
    /// <param name="log">Where failures are noted; nowhere by default.</param>
    public Router(IEnumerable<Route> routes, Func<Caller, Caller?> refresh, ILogger? log = null)
    {
        (_refresh, _log) = (refresh, log ?? NullLogger.Instance);
        foreach (var route in routes)
        {
            var template = Segments(route.Template);
            var key = (route.Verb, template.Length);
            _longest = Math.Max(_longest, template.Length);
            if (!_routes.TryGetValue(key, out var list))
            {
                _routes[key] = list = [];
            }

            // A template without parameters goes before one that has some.
            list.Add((template, route));
            list.Sort((a, b) => a.Template.Count(IsParameter) - b.Template.Count(IsParameter));
        }
    }

    /// <summary>Every route, for the table of who may what.</summary>
    public IEnumerable<Route> Routes => _routes.Values.SelectMany(list => list.Select(entry => entry.Route));

    /// <summary>Answers a request: finds its route, checks who may call it, and turns refusals into responses.</summary>
    public ValueTask<Response> AnswerAsync(Request request, CancellationToken cancellation) =>
        Find(request) is not { } route ? ValueTask.FromResult(new Response(404))
            : !Telemetry.WatchesRequests ? AnswerAsync(route, request, cancellation)
            : Telemetry.WatchAsync(
                route.Verb, route.Template, () => AnswerAsync(route, request, cancellation), response => response.Status);

    private async ValueTask<Response> AnswerAsync(Route route, Request request, CancellationToken cancellation)
    {
        try
        {
            if (request.Caller is { } before && (request.Caller = _refresh(before)) is null)
            {
                return new Response(401);
            }

            if (Refusal(route, request) is { } refusal)
            {
                return refusal;
            }

            route.Admit?.Invoke(request);
            if (request.ReadBody is { } read
                && await read(request, route.BodyLimit, cancellation).ConfigureAwait(false) is { } unread)
            {
                return unread;
            }

            return await route.Handle(request, cancellation).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return refused.Response;
        }
        catch (StoreFullException)
        {
            _log.DiskFails();
            return Response.Unavailable(ServerLimits.DiskRetry);
        }
        catch (StoreException)
        {
            return Response.Unavailable(ServerLimits.BusyRetry);
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to this request; the server and its other requests go on.
        catch (Exception failed) when (failed is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _log.Failed(failed, route.Verb, route.Template);
            return new Response(500);
        }
    }

    private static Response? Refusal(Route route, Request request)
    {
        if (request.Body.Length > route.BodyLimit)
        {
            return new Response(413);
        }

        var isDevice = request.Caller is not null;
        if (!isDevice && route.Access != Access.Anyone && request.Header("Authorization") is { Length: > 0 })
        {
            return new Response(401);
        }

        return route.Access switch
        {
            Access.Device => isDevice ? null : new Response(401),
            Access.PrimaryDevice => !isDevice ? new Response(401) : request.Caller!.Device.IsPrimary ? null : new Response(403),
            Access.Anonymous => isDevice ? new Response(400) : null,
            _ => null,
        };
    }

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsParameter(string segment) => segment.StartsWith('{');

    private Route? Find(Request request)
    {
        // One more than any route has, so that what is longer is none.
        var path = request.Path.AsSpan();
        Span<Range> ranges = stackalloc Range[_longest + 1];
        var segments = path.Split(ranges, '/', StringSplitOptions.RemoveEmptyEntries);
        if (!_routes.TryGetValue((request.Verb, segments), out var candidates))
        {
            return null;
        }

        foreach (var (template, route) in candidates)
        {
            if (!Matches(template, path, ranges))
            {
                continue;
            }

            Dictionary<string, string>? values = null;
            for (var i = 0; i < template.Length; i++)
            {
                if (IsParameter(template[i]))
                {
                    (values ??= [])[template[i][1..^1]] = Uri.UnescapeDataString(path[ranges[i]]);
                }
            }

            request.Values = values ?? Request.None;
            return route;
        }

        return null;
    }

    private static bool Matches(string[] template, ReadOnlySpan<char> path, ReadOnlySpan<Range> segments)
    {
        for (var i = 0; i < template.Length; i++)
        {
            if (!IsParameter(template[i]) && !path[segments[i]].SequenceEqual(template[i]))
            {
                return false;
            }
        }

        return true;
    }
}
