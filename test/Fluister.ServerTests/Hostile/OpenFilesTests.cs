using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Fluister.ServerTests.Operations;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Hostile;

/// <summary>A server that may open few files takes few connections, and goes on when some of them have gone.</summary>
public sealed class OpenFilesTests
{
    private const int Files = 640;
    private const int Places = 128; // what the program keeps for itself is 512

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_connections_than_open_files_are_refused_and_then_all_is_as_before()
    {
        using var temporary = new TemporaryFolder();
        var folder = Path.Combine(temporary.Path, "data");
        Assert.Equal(0, (await ServerProgram.RunAsync("quickstart", "--data", folder)).Code);
        var program = Path.Combine(AppContext.BaseDirectory, "fluister-server");
        var start = new ProcessStartInfo("sh", ["-c", $"ulimit -n {Files}; exec \"$0\" serve --data \"$1\" --port 0", program, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var connected = new List<RawConnection>();
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(Cancellation);
            var port = int.Parse(line!.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
            for (var i = 0; i < Places; i++)
            {
                connected.Add(await RawConnection.ConnectAsync(port));
            }

            for (var i = 0; i < Files; i++)
            {
                Assert.False(await TryAsync(port));
            }

            Assert.False(process.HasExited);
            connected.ForEach(connection => connection.Dispose());
            while (!await TryAsync(port))
            {
                Assert.False(process.HasExited);
            }
        }
        finally
        {
            connected.ForEach(connection => connection.Dispose());
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }
    }

    private static async Task<bool> TryAsync(int port)
    {
        try
        {
            using var connection = await RawConnection.ConnectAsync(port);
            return await connection.UpgradeAsync(null) == (int)HttpStatusCode.SwitchingProtocols;
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            return false;
        }
    }
}
