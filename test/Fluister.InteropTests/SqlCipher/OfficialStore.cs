using System.Diagnostics;
using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.InteropTests.SqlCipher;

/// <summary>A folder with a database of the official package in it, removed at the end.</summary>
internal sealed class OfficialStore : IDisposable
{
    internal const string HexKey = "5f0c1d2e3a4b59687786a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

    internal OfficialStore()
    {
        Folder = Directory.CreateTempSubdirectory("fluister-test-").FullName;
        Database = Path.Combine(Folder, "db.sqlite");
    }

    internal string Folder { get; }

    internal string Database { get; }

    internal string Wal => Database + "-wal";

    internal string Shm => Database + "-shm";

    internal static Secret Key => new(Convert.FromHexString(HexKey));

    private static string Script
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Fluister.slnx")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return Path.Combine(folder!, "test", "Fluister.InteropTests", "SqlCipher", "store.mjs");
        }
    }

    internal static OfficialStore Make(int rows)
    {
        var store = new OfficialStore();
        store.Run("make", rows);
        return store;
    }

    /// <summary>A store whose writer was killed: -wal and -shm lie there, and rows are only in the log.</summary>
    internal static OfficialStore MakeCrashed(int rows)
    {
        OfficialStore store = Make(rows);
        using Process node = store.Start("crash", 0);
        node.WaitForExit();
        Assert.Equal(128 + 9, node.ExitCode);
        Assert.True(new FileInfo(store.Wal).Length > 0);
        Assert.True(File.Exists(store.Shm));
        return store;
    }

    /// <summary>Copies the files with these endings ("", "-wal", "-shm") to a new folder.</summary>
    internal OfficialStore Copy(params ReadOnlySpan<string> endings)
    {
        var copy = new OfficialStore();
        foreach (string ending in endings)
        {
            File.Copy(Database + ending, copy.Database + ending);
        }

        return copy;
    }

    /// <summary>The same while this process has the store open: by another process, since closing a descriptor here would drop its
    /// locks.</summary>
    internal OfficialStore CopyLive(params ReadOnlySpan<string> endings)
    {
        var copy = new OfficialStore();
        foreach (string ending in endings)
        {
            using var cp = Process.Start("cp", [Database + ending, copy.Database + ending]);
            cp.WaitForExit();
            Assert.Equal(0, cp.ExitCode);
        }

        return copy;
    }

    internal string Run(string command, int rows = 0)
    {
        using Process node = Start(command, rows);
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return output;
    }

    internal Process Start(string command, int rows) => Start(command, Database, HexKey, rows);

    /// <summary>Has the official package check another database: every page's MAC, then the tables. "ok" where all is well.</summary>
    internal static string Check(string database, Secret key)
    {
        using Process node = Start("check", database, Convert.ToHexStringLower(key.Reveal()), 0);
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return output;
    }

    private static Process Start(string command, string database, string key, int rows) => Process.Start(new ProcessStartInfo(
        "node", [Script, command, database, key, $"{rows}"])
    { RedirectStandardOutput = true, UseShellExecute = false })!;

    /// <summary>Content, times of content and of metadata, owner and rights of every file: what a read-only reader must leave
    /// alone.</summary>
    internal string Fingerprint()
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%n %s %Y %.Z %a %u %g", .. Directory.GetFiles(Folder).Order()])
        { RedirectStandardOutput = true, UseShellExecute = false })!;
        string times = stat.StandardOutput.ReadToEnd();
        stat.WaitForExit();
        IEnumerable<string> hashes = Directory.GetFiles(Folder).Order()
            .Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
        return times + string.Join('\n', hashes);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
