using System.Diagnostics;
using System.Text.Json.Nodes;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.Benchmarks;

/// <summary>What test/official/scan.mjs does, by our reader, in a process of its own: compilation counts, opening does not.</summary>
internal static class OurScan
{
    public static int Run(string path, string key)
    {
        using var secret = new Secret(Convert.FromHexString(key));
        using var database = CipherDatabase.Open(path, secret);
        var result = new JsonObject { ["sum"] = Timed(() => Sum(database)), ["rows"] = Timed(() => Rows(database)) };
        Console.WriteLine(result.ToJsonString());
        return 0;
    }

    private static JsonObject Timed(Func<JsonObject> work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var result = work();
        result["wall"] = watch.ElapsedMilliseconds;
        result["cpu"] = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        return result;
    }

    private static JsonObject Sum(CipherDatabase database)
    {
        using var row = database.Prepare("SELECT count(*), sum(length(json)), sum(length(body)) FROM messages NOT INDEXED");
        row.Step();
        return new JsonObject { ["count"] = row.Int64(0), ["json"] = row.Int64(1), ["body"] = row.Int64(2) };
    }

    private static JsonObject Rows(CipherDatabase database)
    {
        using var rows = database.Prepare("SELECT rowid, id, conversationId, type, sent_at, "
            + "sourceServiceId, body, json FROM messages ORDER BY rowid");
        long count = 0;
        long bytes = 0;
        while (rows.Step())
        {
            for (var column = 1; column < 8; column++)
            {
                bytes += column == 4 ? rows.Int64(column) & 1 : rows.Utf8(column).Length;
            }

            count++;
        }

        return new JsonObject { ["count"] = count, ["bytes"] = bytes };
    }
}
