using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Accounts;

/// <summary>Where one account of this computer keeps everything: its history, its files, and how its key is found.</summary>
/// <remarks>Below the home folder, which is $FLUISTER_HOME or else ~/.local/share/fluister: accounts/NAME.</remarks>
public sealed class AccountFolder
{
    /// <summary>Longest name of an account.</summary>
    public const int MaximumName = 64;

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.
    private const int LockedLinux = 11;
    private const int LockedMac = 35;
    private const int LockedWindows = unchecked((int)0x80070020);

    private const string HomeVariable = "FLUISTER_HOME";
    private const string Accounts = "accounts";

    private AccountFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The account's name on this computer.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The history and all else that is kept in tables: a SQLCipher 4 database.</summary>
    public string Database => System.IO.Path.Combine(Path, "sql", "db.sqlite");

    /// <summary>Files of messages, each encrypted as Signal Desktop does (version 2).</summary>
    public string Attachments => System.IO.Path.Combine(Path, "attachments.noindex");

    /// <summary>How the store's key is found (docs/spec/store-key.md).</summary>
    public string Config => System.IO.Path.Combine(Path, "config.json");

    /// <summary>Where a daemon that has the account open listens.</summary>
    public string Socket => System.IO.Path.Combine(Path, "rpc.sock");

    /// <summary>Whether the account was registered or linked so far that it has a store.</summary>
    public bool HasStore => File.Exists(Database);

    /// <summary>The home folder of accounts on this computer.</summary>
    public static string DefaultHome() =>
        Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home ? System.IO.Path.GetFullPath(home)
        : System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "fluister");

    /// <summary>The folder at a path, such as a copy; it need not lie in a home folder.</summary>
    public static AccountFolder At(string path) =>
        new(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    /// <summary>The accounts of this computer, by name.</summary>
    /// <param name="home">The home folder; the default one where null.</param>
    public static IReadOnlyList<AccountFolder> List(string? home = null)
    {
        var accounts = System.IO.Path.Combine(home ?? DefaultHome(), Accounts);
        return !Directory.Exists(accounts) ? []
            : [.. Directory.EnumerateDirectories(accounts).Select(At)
                .Where(folder => IsName(folder.Name) && File.Exists(folder.Config))
                .OrderBy(folder => folder.Name, StringComparer.Ordinal)];
    }

    /// <summary>The account of a name.</summary>
    /// <exception cref="ArchiveException">NotFound: there is none; the message tells which there are.</exception>
    public static AccountFolder Find(string name, string? home = null)
    {
        var all = List(home);
        return all.FirstOrDefault(folder => folder.Name == name) ?? throw new ArchiveException(ArchiveError.NotFound, all.Count == 0
            ? "There is no account on this computer. Make one with `fluister account register` or `fluister account link`."
            : $"There is no account \"{name}\" on this computer. There are: {string.Join(", ", all.Select(folder => folder.Name))}.");
    }

    /// <summary>Makes the folder of a new account, for its owner alone.</summary>
    /// <exception cref="ArchiveException">Unsupported: no such name can be; Denied: there is one already, or it cannot be
    /// made.</exception>
    public static AccountFolder Create(string name, string? home = null)
    {
        var folder = New(name, home);
        try
        {
            PrivateFiles.MakeFolder(folder.Path);
            PrivateFiles.MakeFolder(System.IO.Path.GetDirectoryName(folder.Database)!);
            PrivateFiles.MakeFolder(folder.Attachments);
            PrivateFiles.FlushFolder(System.IO.Path.GetDirectoryName(folder.Path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{folder.Path} cannot be made: {e.Message}", e);
        }

        return folder;
    }

    /// <summary>The folder that a new account of this name would have; nothing is made but the folder of accounts.</summary>
    /// <exception cref="ArchiveException">Unsupported: no such name can be; Denied: there is one already.</exception>
    internal static AccountFolder New(string name, string? home)
    {
        if (!IsName(name))
        {
            throw new ArchiveException(ArchiveError.Unsupported,
                $"An account's name has 1 to {MaximumName} letters, digits or . _ + @ -, and begins with a letter, a digit or +.");
        }

        var accounts = System.IO.Path.Combine(home ?? DefaultHome(), Accounts);
        var folder = At(System.IO.Path.Combine(accounts, name));
        if (Directory.Exists(folder.Path) || File.Exists(folder.Path))
        {
            throw new ArchiveException(ArchiveError.Denied,
                $"There is an account \"{name}\" on this computer already ({folder.Path}). Choose another name with --account.");
        }

        PrivateFiles.MakeFolder(accounts);
        return folder;
    }

    /// <summary>Whether a text can be an account's name.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaximumName && (char.IsAsciiLetterOrDigit(name[0]) || name[0] == '+')
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '@' or '-');

    /// <summary>Takes the account for this process alone, until disposal or the process's end; null where another has it.</summary>
    /// <exception cref="ArchiveException">NotFound: the folder is gone; Denied.</exception>
    public IDisposable? TryLock()
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(System.IO.Path.Combine(Path, "lock"), options);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no account in {Path}. Check the name.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{Path} may not be written. Check its owner and permissions.", e);
        }
        catch (IOException e) when (e.HResult is LockedLinux or LockedMac or LockedWindows)
        {
            return null;
        }
        catch (IOException e)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{Path} cannot be locked: {e.Message}", e);
        }
    }

    /// <summary>Removes the account from this computer for good: history, files, keys. The caller holds its lock, or nobody does.</summary>
    public void Delete() => Directory.Delete(Path, recursive: true);

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
