using System.Diagnostics;
using System.Text;
using Fluister.Archive.Accounts;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.InteropTests.Cli;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Client.Store;

/// <summary>An account in a folder of its own, looked at from outside.</summary>
internal sealed class AccountOnDisk : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("fluister-account-");

    public AccountOnDisk()
    {
        Folder = AccountFolder.Create("anna", _home.FullName);
        Key = StoreKey.Create(Folder, KeyProtection.KeyFile(Path.Combine(_home.FullName, "key")));
        ClientStore.Create(Folder.Database, Key).Dispose();
        Directory.CreateDirectory(Temporary);
    }

    public AccountFolder Folder { get; }

    public Secret Key { get; }

    public string Home => _home.FullName;

    public string HexKey => Convert.ToHexStringLower(Key.Reveal());

    /// <summary>Where a process that writes would put temporary files.</summary>
    public string Temporary => Path.Combine(_home.FullName, "tmp");

    public ClientStore Open() => ClientStore.Open(Folder.Database, Key);

    /// <summary>Starts the program as a writer of this account's store.</summary>
    public Process StartScribe(string? folder = null, params string[] within)
    {
        var start = new ProcessStartInfo(within.Length > 0 ? within[0] : FluisterProgram.Path, [.. within.Skip(1)])
        {
            RedirectStandardOutput = true,
        };
        if (within.Length > 0)
        {
            start.ArgumentList.Add(FluisterProgram.Path);
        }

        start.ArgumentList.Add("--version");
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.Account] = folder ?? Folder.Path;
        start.Environment["TMPDIR"] = Temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>What the official package finds wrong with the store; it looks at a copy.</summary>
    public string CheckOfficially() =>
        OfficialPackage.Run("check-store.mjs", ["--profile", Folder.Path, "--key", HexKey]).Trim();

    /// <summary>Rows of a table as the official package reads them.</summary>
    public IReadOnlyList<string> DumpOfficially(string table, string columns) => OfficialPackage.Run(
        "dump.mjs", ["--profile", Folder.Path, "--key", HexKey, "--table", table, "--columns", columns])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Files below the home folder in which a text lies open, in the encodings that a program would leave it in.</summary>
    public IEnumerable<string> FilesWith(string text) =>
        Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Where(file =>
        {
            var bytes = File.ReadAllBytes(file);
            return ((Encoding[])[Encoding.UTF8, Encoding.Unicode]).Any(encoding => bytes.AsSpan().IndexOf(encoding.GetBytes(text)) >= 0);
        });

    public void Dispose()
    {
        Key.Dispose();
        _home.Delete(recursive: true);
    }
}
