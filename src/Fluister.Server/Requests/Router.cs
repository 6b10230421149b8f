using Fluister.Server.Stores;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fluister.Server.Requests;

/// <summary>All routes of all rooms, and how a request finds its own. The same for HTTP and for requests within a WebSocket.</summary>
internal sealed class Router
{
    private readonly Func<Caller, Caller?> _refresh;
    private readonly ILogger _log;
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

    /// <summary>Most bytes of a body that a route takes; those of other paths where there is none.</summary>
    public int BodyLimit(string verb, string path) =>
        Find(new Request { Verb = verb, Path = path })?.BodyLimit ?? ServerLimits.Body;

    /// <summary>Answers a request: finds its route, checks who may call it, and turns refusals into responses.</summary>
    public async ValueTask<Response> AnswerAsync(Request request, CancellationToken cancellation)
    {
        if (Find(request) is not { } route)
        {
            return new Response(404);
        }

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
        var path = Segments(request.Path);
        if (!_routes.TryGetValue((request.Verb, path.Length), out var candidates))
        {
            return null;
        }

        foreach (var (template, route) in candidates)
        {
            Dictionary<string, string>? values = null;
            var matches = true;
            for (var i = 0; i < path.Length && matches; i++)
            {
                if (IsParameter(template[i]))
                {
                    (values ??= [])[template[i][1..^1]] = Uri.UnescapeDataString(path[i]);
                }
                else
                {
                    matches = template[i] == path[i];
                }
            }

            if (matches)
            {
                if (values is not null)
                {
                    request.Values = values;
                }

                return route;
            }
        }

        return null;
    }
}
