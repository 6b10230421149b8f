using Fluister.Archive.Conversations;
using Microsoft.Win32.SafeHandles;

namespace Fluister.Archive.Exports.Output;

/// <summary>Many files that grow at the same time, with bounded memory and no open handle for any of them.</summary>
internal sealed class FanOut(string folder, long bufferBytes) : IDisposable
{
    private const int Recount = 64;

    private readonly List<OutputFile> _open = [];
    private int _sinceCount;

    /// <summary>Files made.</summary>
    internal int Files { get; private set; }

    /// <summary>Bytes written to files that are closed.</summary>
    internal long Bytes { get; private set; }

    /// <summary>A new file; <paramref name="path"/> is within the folder, with "/".</summary>
    internal OutputFile Create(string path)
    {
        var file = new OutputFile(folder, path);
        _open.Add(file);
        Files++;
        return file;
    }

    /// <summary>Writes the rest of a file and forgets it.</summary>
    internal void Close(OutputFile file)
    {
        file.Finish();
        Bytes += file.Length;
        _open.Remove(file);
    }

    /// <summary>To be called between messages: empties all buffers when together they are over the limit.</summary>
    internal void Balance()
    {
        if (++_sinceCount < Recount)
        {
            return;
        }

        _sinceCount = 0;
        var held = 0L;
        foreach (var file in _open)
        {
            held += file.Writer.Capacity;
        }

        if (held > bufferBytes)
        {
            foreach (var file in _open)
            {
                file.Writer.Release();
            }
        }
    }

    /// <summary>Copies a stream into a new file; false where the stream fails.</summary>
    internal bool Copy(string path, Stream stream)
    {
        var target = Path.Combine(folder, path);
        if (File.Exists(target))
        {
            return true;
        }

        try
        {
            using var file = new FileStream(target, PrivateFiles.New());
            stream.CopyTo(file);
            Files++;
            Bytes += file.Length;
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (ArchiveException)
        {
            File.Delete(target);
            return false;
        }
    }

    /// <summary>Gives buffers back without writing them.</summary>
    public void Dispose()
    {
        foreach (var file in _open)
        {
            file.Writer.Dispose();
        }

        _open.Clear();
    }
}

/// <summary>A file that is open only while a block is appended to it.</summary>
internal sealed class OutputFile : IByteSink
{
    private readonly string _path;

    internal OutputFile(string folder, string name)
    {
        Name = name;
        _path = Path.Combine(folder, name);
        Writer = new Utf8Writer(this);
        using var created = new FileStream(_path, PrivateFiles.New());
    }

    /// <summary>Path within the export.</summary>
    internal string Name { get; }

    internal Utf8Writer Writer { get; }

    /// <summary>Bytes on the disk.</summary>
    internal long Length { get; private set; }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        using var handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(handle, bytes, Length);
        Length += bytes.Length;
    }

    /// <summary>Writes what is left and sees it onto the disk.</summary>
    internal void Finish()
    {
        Writer.Release();
        using SafeFileHandle handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(handle);
    }
}
