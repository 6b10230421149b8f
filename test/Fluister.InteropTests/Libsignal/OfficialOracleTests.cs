using System.Diagnostics;
using System.Text;

namespace Fluister.InteropTests.Libsignal;

/// <summary>The oracle itself: two of its parties with one another, its errors, and its end.</summary>
public sealed class OfficialOracleTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const string Alice = "11111111-1111-4111-8111-111111111111";
    private const string Bob = "22222222-2222-4222-8222-222222222222";

    [Fact]
    public void Two_official_parties_talk_through_the_oracle()
    {
        official.Call("party.create", new { party = "alice", address = Alice, device = 1 });
        official.Call("party.create", new { party = "bob", address = Bob, device = 2 });
        var bundle = official.Call("bundle.make", new { party = "bob" }).GetProperty("bundle");
        official.Call("bundle.process", new { party = "alice", address = Bob, device = 2, bundle });
        var text = Encoding.UTF8.GetBytes("hello");
        var message = official.Call("session.encrypt", new { party = "alice", address = Bob, device = 2, text });
        Assert.Equal(3, message.Number("type"));

        var request = new { party = "bob", address = Alice, device = 1, bytes = message.Bytes("bytes") };
        Assert.Equal("hello", Encoding.UTF8.GetString(official.CallBytes("session.decrypt", request)));

        var again = Assert.Throws<LibsignalException>(() => official.Call("session.decrypt", request));
        Assert.Equal("DuplicatedMessage", again.Name);
        Assert.Equal(1, again.Code);
    }

    [Fact]
    public void Requests_are_done_in_the_order_in_which_they_were_sent()
    {
        official.Call("party.create", new { party = "carol", address = Alice, device = 1 });
        official.Call("party.create", new { party = "dave", address = Bob, device = 1 });
        var bundle = official.Call("bundle.make", new { party = "dave", oneTime = false }).GetProperty("bundle");
        official.Call("bundle.process", new { party = "carol", address = Bob, device = 1, bundle });
        var sent = Enumerable.Range(0, 200)
            .Select(BitConverter.GetBytes)
            .Select(text => official.Send("session.encrypt", new { party = "carol", address = Bob, device = 1, text }))
            .ToList();
        var received = sent.Select(message => official.Wait(message).Bytes("bytes"))
            .Select(bytes => official.Send("session.decrypt", new { party = "dave", address = Alice, device = 1, bytes }))
            .ToList();
        Assert.Equal(Enumerable.Range(0, 200), received.Select(text => BitConverter.ToInt32(official.Wait(text).Bytes())));
    }

    [Fact]
    public void An_unknown_operation_and_unreadable_bytes_are_refused_with_the_reason()
    {
        var unknown = Assert.Throws<LibsignalException>(() => official.Call("nothing.here"));
        Assert.Contains("nothing.here", unknown.Said, StringComparison.Ordinal);
        var error = Assert.Throws<LibsignalException>(() => official.Call("key.read", new { publicKey = new byte[33] }));
        Assert.Contains("bad key type", error.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_native_function_can_be_called()
    {
        official.Call("native", new { name = "PrivateKey_Generate", arguments = Array.Empty<object>(), keep = "key" });
        var bytes = official.CallBytes("native", new { name = "PrivateKey_Serialize", arguments = new object[] { new { kept = "key" } } });
        Assert.Equal(32, bytes.Length);
    }

    [Fact]
    public async Task The_oracles_own_tests_hold()
    {
        var start = new ProcessStartInfo("node", ["--test"])
        {
            WorkingDirectory = LibsignalClient.Folder,
            RedirectStandardOutput = true,
        };
        using var limit = new CancellationTokenSource(LibsignalClient.AnswerLimit);
        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, output);
            Assert.Contains("# pass 6", output, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void A_process_that_ended_says_so()
    {
        var other = new LibsignalClient();
        other.Dispose();
        Assert.ThrowsAny<InvalidOperationException>(() => other.Call("version"));
    }
}
