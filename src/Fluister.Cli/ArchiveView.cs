using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;
using Fluister.Archive.Search;
using Fluister.Archive.SignalDesktop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fluister.Cli;

/// <summary>A page over an archive on 127.0.0.1. Nothing is dumped: each page is decrypted when it is asked for.</summary>
/// <remarks>
/// The printed address holds a token that is good for one use; it is changed for a cookie below a path that nobody can guess:
/// browsers send a cookie to every port of a host, and another account of this computer may listen on one. Requests for another
/// host are refused, so that no page of the web can reach in by a name of its own (DNS rebinding).
/// </remarks>
internal sealed class ArchiveView : IAsyncDisposable
{
    /// <summary>Messages on a page.</summary>
    private const int PageMessages = 200;

    /// <summary>Finds on a page of search results.</summary>
    private const int MaximumHits = 100;

    private const string CookieName = "fluister";

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    private readonly SignalDesktopArchive _archive;
    private readonly WebApplication _application;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationToken _cancel;
    private readonly string _cookie = NewSecret();
    private readonly string _path = $"/{NewSecret()}/";
    private string? _token = NewSecret();
    private string _host = "";

    private ArchiveView(SignalDesktopArchive archive, int port, CancellationToken cancel)
    {
        _archive = archive;
        _cancel = cancel;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MaxConcurrentConnections = 32;
            options.Listen(System.Net.IPAddress.Loopback, port);
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>What to open, once.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Begins to serve.</summary>
    public static async Task<ArchiveView> StartAsync(SignalDesktopArchive archive, int port, CancellationToken cancel)
    {
        var view = new ArchiveView(archive, port, cancel);
        archive.Release();
        await view._application.StartAsync(cancel);
        var address = view._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        view._host = new Uri(address).Authority;
        view.Address = $"{address}/?token={view._token}";
        return view;
    }

    /// <summary>Ends when cancelled.</summary>
    public async Task WaitAsync()
    {
        try
        {
            await Task.Delay(Timeout.Infinite, _cancel);
        }
        catch (OperationCanceledException)
        {
            await _application.StopAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _turn.Dispose();
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static bool IsSecret(string? given, string? expected) => given is not null && expected is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
            + "form-action 'self'; frame-ancestors 'self'";
        if (request.Host.Value != _host || request.Method != "GET")
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (request.Path == "/" && TakeToken(request.Query["token"]))
        {
            var limits = new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = _path };
            response.Cookies.Append(CookieName, _cookie, limits);
            response.Redirect(_path);
            return;
        }

        if (!IsSecret(request.Cookies[CookieName], _cookie) || !request.Path.Value!.StartsWith(_path, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            await response.WriteAsync(
                "This address opens once. Start `fluister archive view` again for a new one.",
                context.RequestAborted);
            return;
        }

        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            _archive.Refresh();
            await PageAsync(request, response, context.RequestAborted);
        }
        catch (ArchiveException e) when (!response.HasStarted)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            await response.WriteAsync(e.Message, context.RequestAborted);
        }
        finally
        {
            _archive.Release();
            _turn.Release();
        }
    }

    private bool TakeToken(string? given)
    {
        lock (_turn)
        {
            var isRight = IsSecret(given, _token);
            _token = isRight ? null : _token;
            return isRight;
        }
    }

    private Task PageAsync(HttpRequest request, HttpResponse response, CancellationToken cancel)
    {
        response.ContentType = "text/html; charset=utf-8";
        var id = request.Query["c"].ToString();
        var page = int.TryParse(request.Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return request.Path.Value![_path.Length..] switch
        {
            "" => response.WriteAsync(ListPage(), cancel),
            "conversation" => response.WriteAsync(ConversationPage(FilterOptions.Find(_archive, id), page), cancel),
            "search" => response.WriteAsync(SearchPage(request.Query["q"].ToString()), cancel),
            "messages" => MessagesAsync(FilterOptions.Find(_archive, id), page, response, cancel),
            _ => throw new ArchiveException(ArchiveError.NotFound, "No such page."),
        };
    }

    private string ListPage()
    {
        var counts = _archive.CountMessages();
        var rows = new StringBuilder();
        foreach (var conversation in _archive.Conversations.Where(conversation => counts.ContainsKey(conversation.Id)))
        {
            var active = conversation.ActiveAt?.ToDateTimeOffset()?.ToLocalTime().ToString("yyyy-MM-dd HH:mm") ?? "";
            rows.Append(CultureInfo.InvariantCulture,
                $"<tr><td><a href=\"conversation?c={Uri.EscapeDataString(conversation.Id)}\">"
                    + $"{Html.Encode(conversation.Name)}</a><td>{counts[conversation.Id]:N0}<td>{active}");
        }

        return Shell("Conversations",
            $"{SearchForm("")}<h1>Conversations</h1><table><tr><th>Name<th>Messages<th>Last active{rows}</table>");
    }

    private static string SearchForm(string words) => $"""
        <form action="search"><input name="q" size="40" placeholder="Search all conversations" value="{Html.Encode(words)}">
        <button>Search</button></form>
        """;

    private string SearchPage(string words)
    {
        var query = SearchQuery.Parse(words);
        var all = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
        var names = _archive.Conversations.ToDictionary(conversation => conversation.Id, conversation => conversation.Name);
        var rows = new StringBuilder();
        foreach (var hit in Searcher.Search(_archive, query, all, new SearchOptions { Limit = MaximumHits }))
        {
            var message = hit.Message;
            var order = _archive.RowsByTime(message.ConversationId);
            var page = Math.Max(0, order.Count - 1 - order.IndexOf(message.RowId)) / PageMessages;
            rows.Append(CultureInfo.InvariantCulture, $"""
                <tr><td><a href="conversation?c={Uri.EscapeDataString(message.ConversationId)}&amp;page={page}">
                {Html.Encode(Line.Time(message))}</a>
                <td>{Html.Encode(names.GetValueOrDefault(message.ConversationId, ""))}<td>{Html.Encode(Line.Of(message))}
                """);
        }

        var found = rows.Length == 0 ? "<p>Nothing found." : $"<table><tr><th>Sent<th>Conversation<th>Message{rows}</table>";
        return Shell("Search", $"<nav><a href=\"./\">All conversations</a></nav>{SearchForm(words)}{found}");
    }

    private string ConversationPage(Conversation conversation, int page)
    {
        var pages = (int)Math.Max(1, (_archive.CountMessages().GetValueOrDefault(conversation.Id) + PageMessages - 1) / PageMessages);
        page = Math.Clamp(page, 0, pages - 1);
        string Link(int to, string text) => to >= 0 && to < pages && to != page
            ? $"<a href=\"conversation?c={Uri.EscapeDataString(conversation.Id)}&amp;page={to}\">{text}</a>" : $"<span>{text}</span>";
        return Shell(conversation.Name, $"""
            <nav><a href="./">All conversations</a> {Link(pages - 1, "Oldest")} {Link(page + 1, "Older")}
            {Link(page - 1, "Newer")} {Link(0, "Newest")}
            <b>{Html.Encode(conversation.Name)}</b> page {pages - page} of {pages}</nav>
            <iframe title="Messages" sandbox="allow-scripts allow-popups"
            src="messages?c={Uri.EscapeDataString(conversation.Id)}&amp;page={page}"></iframe>
            """);
    }

    /// <summary>One page as the HTML export writes it, in a sandboxed frame with the export's own content security policy.</summary>
    private async Task MessagesAsync(Conversation conversation, int page, HttpResponse response, CancellationToken cancel)
    {
        var all = new Selection
        {
            Conversations = new HashSet<string> { conversation.Id },
            IncludeDisappearing = true,
            IncludeViewOnce = true,
        };
        var rows = _archive.RowsByTime(conversation.Id);
        var end = Math.Max(0, rows.Count - (page * PageMessages));
        var start = Math.Max(0, end - PageMessages);
        using var excerpt = new Excerpt(_archive, [conversation], [.. _archive.ReadRows(rows.GetRange(start, end - start), all)]);
        using var buffer = new MemoryStream();
        StreamExport.Write(excerpt, all.Copy(all.Conversations), ExportFormat.Html, buffer, new ExportOptions(), cancel: cancel);
        response.Headers.ContentSecurityPolicy = "frame-ancestors 'self'";
        await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancel);
    }

    private static string Shell(string title, string body) => $$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>{{Html.Encode(title)}}</title>
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        body { margin: 0; display: flex; flex-direction: column; height: 100vh }
        body > * { padding: .5rem 1rem } h1, table { max-width: 60rem; width: 100%; box-sizing: border-box; margin: 0 auto }
        table { border-spacing: 0 } td, th { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884 }
        nav a, nav span { margin-right: .75rem } nav span { opacity: .5 } iframe { flex: 1; border: 0; padding: 0; width: 100% }
        </style><body>{{body}}
        """;
}
