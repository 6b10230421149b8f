using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer over the network that answers as the test decides.</summary>
internal sealed class AnsweringPeer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private AnsweringPeer(X509Certificate2 certificate, Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            });
        });
        _application = builder.Build();
        _application.Run(context =>
        {
            Requests++;
            return answer(context);
        });
    }

    /// <summary>How many requests have come.</summary>
    public int Requests { get; private set; }

    /// <summary>Where it listens.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Listens.</summary>
    public static async Task<AnsweringPeer> StartAsync(X509Certificate2 certificate, Func<HttpContext, Task> answer)
    {
        var peer = new AnsweringPeer(certificate, answer);
        await peer._application.StartAsync(TestContext.Current.CancellationToken);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
