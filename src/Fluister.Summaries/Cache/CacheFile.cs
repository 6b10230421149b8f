using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;
using Fluister.Archive.Sealed;
using Fluister.Cryptography;

namespace Fluister.Summaries.Cache;

/// <summary>Where the entries of one archive lie: one sealed file, read and written whole. docs/spec/digest-cache.md</summary>
/// <remarks>Its name is derived from the key and its size is padded, so neither tells of what is in it.</remarks>
internal sealed class CacheFile : IDisposable
{
    /// <summary>Bytes of entries in the file, at most; some thousand points.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    private const string Purpose = "fluister digest cache 1";
    private const string Extension = ".cache";
    private const string LockName = "lock";
    private const int NameBytes = 16;
    private const int LengthBytes = 8;

    /// <summary>The content is filled up with zeros to a multiple of this.</summary>
    private const int Padding = 256 * 1024;

    // A write of the largest cache takes some hundredths of a second: two seconds are more than any other run needs.
    private const int LockAttempts = 200;
    private const int LockPauseMilliseconds = 10;

    private static readonly SealedFormat Format = new("fluister-cache", 1, Purpose, "digest cache", "A new one takes its place.");

    private readonly string _folder;
    private readonly string _path;
    private readonly Secret _key;

    public CacheFile(string folder, Secret key)
    {
        _folder = Path.GetFullPath(folder);
        _key = new Secret(key.Reveal());
        Span<byte> name = stackalloc byte[NameBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Reveal(), name, default, "fluister digest cache 1: name"u8);
        _path = Path.Combine(_folder, Convert.ToHexStringLower(name) + Extension);
    }

    /// <summary>Deletes the caches of all archives.</summary>
    /// <exception cref="IOException">One cannot be deleted.</exception>
    public static void DeleteAll(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        using var held = Lock(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Extension).Concat(Leftovers(folder)).ToList())
        {
            File.Delete(file);
        }
    }

    /// <summary>The entries, those used longest ago first; none where there is no file.</summary>
    /// <exception cref="ArchiveException">It is not such a file, of another key or version, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<CacheEntry> Read()
    {
        if (!File.Exists(_path))
        {
            return [];
        }

        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var reader = new SealedReader(Format, stream, _key, Path.GetFileName(_path));
        var padded = Padded(LengthBytes + MaximumBytes);
        ReadOnlySpan<byte> bytes = reader.Length <= padded ? reader.Read(0, reader.Length) : throw Format.Unreadable();
        var length = bytes.Length < LengthBytes ? -1 : BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (length < 0 || length > bytes.Length - LengthBytes)
        {
            throw Format.Unreadable();
        }

        return Parse(bytes.Slice(LengthBytes, (int)length));
    }

    /// <summary>Changes the file: <paramref name="change"/> gets the entries that are in it now, also those of another run, and gives
    /// those that are to be. No other run is at it meanwhile.</summary>
    /// <exception cref="IOException">The disk is full, or another run does not let go; what was there is there still.</exception>
    public void Change(Func<IReadOnlyList<CacheEntry>, IEnumerable<CacheEntry>> change)
    {
        PrivateFiles.MakeFolder(_folder);
        if (!OperatingSystem.IsWindows())
        {
            // Also where it was there before, with a mode of somebody else's.
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var held = Lock(_folder);
        Sweep();
        IReadOnlyList<CacheEntry> there;
        try
        {
            there = Read();
        }
        catch (ArchiveException)
        {
            there = [];
        }

        var bytes = new ByteList();
        foreach (var entry in change(there))
        {
            entry.Write(bytes);
        }

        Format.Replace(_path, _key, writer =>
        {
            Span<byte> length = stackalloc byte[LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Count);
            writer.Write(length);
            writer.Write(bytes.Span);
            writer.Write(new byte[Padded(writer.Position) - writer.Position]);
        });
    }

    /// <summary>Deletes the file.</summary>
    public void Delete() => File.Delete(_path);

    /// <summary>Removes what runs left that were killed while they wrote.</summary>
    public void Tidy()
    {
        if (Directory.Exists(_folder) && Leftovers(_folder).Any())
        {
            using var held = Lock(_folder);
            Sweep();
        }
    }

    public void Dispose() => _key.Dispose();

    private static long Padded(long length) => (length + Padding - 1) / Padding * Padding;

    private static IEnumerable<string> Leftovers(string folder) =>
        Directory.EnumerateFiles(folder, $"*{Extension}.*{SealedFormat.Temporary}");

    private static List<CacheEntry> Parse(ReadOnlySpan<byte> bytes)
    {
        var entries = new List<CacheEntry>();
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                entries.Add(CacheEntry.Read(bytes, ref at));
            }
        }
        catch (ArchiveException)
        {
            throw Format.Unreadable();
        }

        return entries;
    }

    /// <summary>Under the lock nobody is writing.</summary>
    private void Sweep() => Leftovers(_folder).ToList().ForEach(File.Delete);

    /// <summary>Keeps other runs out; the system takes it from a process that is killed.</summary>
    private static FileStream Lock(string folder)
    {
        var options = PrivateFiles.New(FileShare.None);
        options.Mode = FileMode.OpenOrCreate;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(folder, LockName), options);
            }
            catch (IOException) when (attempt < LockAttempts && Directory.Exists(folder))
            {
                Thread.Sleep(LockPauseMilliseconds);
            }
        }
    }
}
