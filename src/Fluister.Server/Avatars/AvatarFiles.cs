using Fluister.Server.Operations;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Avatars;

/// <summary>Avatars as files; a profile in the database says which are wanted. What no profile names any more is deleted.</summary>
/// <remarks>The database itself notes which avatars have lost their profile, in whatever way and by whatever program: a changed avatar, an
/// old version of a profile, a deleted account.</remarks>
internal sealed class AvatarFiles(SqliteDatabase database, string folder)
{
    private const string Part = ".part";

    /// <summary>Bytes of the disk that stay free for what matters more.</summary>
    public long Reserve { get; set; } = ServerLimits.DiskReserve;

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom
    {
        get
        {
            Directory.CreateDirectory(folder);
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace - ServerLimits.Avatar > Reserve;
        }
    }

    /// <summary>An avatar's file, or none.</summary>
    public FileInfo? Find(string avatar) =>
        AvatarKey.Read(avatar) is { } id && new FileInfo(In(id)) is { Exists: true } file ? file : null;

    /// <summary>Keeps an avatar; false where no profile names it, or its bytes were not to be kept; none while another uploads the
    /// same, so that one form is never more than one file.</summary>
    /// <param name="avatar">Its name.</param>
    /// <param name="write">Writes its bytes; false where they are not to be kept.</param>
    /// <exception cref="StoreFullException">The disk is full, or fails.</exception>
    public async Task<bool?> KeepAsync(string avatar, Func<FileStream, Task<bool>> write)
    {
        if (AvatarKey.Read(avatar) is not { } id || !IsWanted(avatar))
        {
            return false;
        }

        var path = In(id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + Part;
        var stream = OpenAlone(part);
        if (stream is null)
        {
            return null;
        }

        await using (stream.ConfigureAwait(false))
        {
            try
            {
                stream.SetLength(0);
                if (!await write(stream).ConfigureAwait(false))
                {
                    return false;
                }

                Name(stream, part, path);
                return true;
            }
            finally
            {
                File.Delete(part);
            }
        }
    }

    /// <summary>Deletes what no profile names any more.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public async Task DeleteGoneAsync()
    {
        var gone = database.Read(session => session.Query(
            "SELECT avatar FROM gone_avatar LIMIT ?1", row => row.GetString(0), ServerLimits.AvatarsDeletedAtOnce));
        if (gone.Count == 0)
        {
            return;
        }

        foreach (var avatar in gone)
        {
            Find(avatar)?.Delete();
        }

        await database.WriteAsync(session =>
        {
            gone.ForEach(avatar => session.Run("DELETE FROM gone_avatar WHERE avatar = ?1", avatar));
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>Deletes what no profile names any more, and what was left of uploads when the machine went down.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public async Task KeepHouseAsync(DateTimeOffset now)
    {
        await DeleteGoneAsync().ConfigureAwait(false);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var part in new DirectoryInfo(folder).EnumerateFiles("*" + Part, SearchOption.AllDirectories))
        {
            if (part.LastWriteTimeUtc < now.UtcDateTime - ServerLimits.AvatarForm)
            {
                part.Delete();
            }
        }
    }

    private bool IsWanted(string avatar) =>
        database.Read(session => session.First(
            "SELECT 1 FROM profile JOIN account USING (aci) WHERE avatar = ?1 AND NOT disabled", row => row.GetBoolean(0), avatar));

    private static void Name(FileStream stream, string part, string path)
    {
        try
        {
            PosixFiles.SyncFile(stream);
            File.Move(part, path, overwrite: true);
            PosixFiles.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (IOException failed)
        {
            throw new StoreFullException(failed);
        }
    }

    private static FileStream? OpenAlone(string part)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(part, options);
        }
        catch (IOException held) when (held.HResult == PosixFiles.WouldBlock)
        {
            return null;
        }
    }

    private string In(Guid id)
    {
        var name = id.ToString("N");
        return Path.Combine(folder, name[^2..], name);
    }
}
