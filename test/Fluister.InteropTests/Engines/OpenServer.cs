using System.Diagnostics;
using System.Net.Sockets;
using Fluister.Engines.Endpoints;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>A llama-server that somebody else would have started: on a socket or on a port of the loopback, with a key.</summary>
internal sealed class OpenServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private OpenServer(string model, bool isSocket)
    {
        KeyFile = _folder.In("key");
        File.WriteAllText(KeyFile, "the-key-of-the-endpoint\n");
        var port = isSocket ? 0 : FreePort();
        var socket = _folder.In("open.sock");
        Address = new Uri(isSocket ? $"unix:{socket}" : $"http://127.0.0.1:{port}/v1");
        _process = Process.Start(new ProcessStartInfo(LlamaPrograms.Server,
            [
                "-m", model, "--host", isSocket ? socket : "127.0.0.1", "--port", $"{port}", "--api-key-file", KeyFile, "-c", "4096",
                "-t", "1", "-np", "1", "--offline", "--alias", "model.gguf",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    public string KeyFile { get; }

    public EndpointOptions Options => new() { Address = Address, Model = "model.gguf", KeyFile = KeyFile };

    public static async Task<OpenServer> StartAsync(string model, bool isSocket)
    {
        var server = new OpenServer(model, isSocket);
        var address = EndpointAddress.Parse(server.Address);
        using var channel = new HttpChannel(address.Root, key: null,
            address.Socket is { } path ? HttpChannel.Socket(path) : HttpChannel.Addresses(address.Loopback));
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                using var answer = await channel.AskAsync("/health", body: null, Patience, CancellationToken.None);
                return server;
            }
            catch (Exception exception) when (exception is HttpRefusal or HttpRequestException or IOException)
            {
                Assert.True(waited.Elapsed < Patience && !server._process.HasExited, "llama-server did not start.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
