using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>Writes small archives, also such as no honest program writes.</summary>
internal sealed class TarFile : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _writer;

    public TarFile() => _writer = new TarWriter(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    public TarFile File(string name, string content, bool isExecutable = false) => Add(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
        Mode = (UnixFileMode)(isExecutable ? 0b111_101_101 : 0b110_100_100),
    });

    public TarFile Folder(string name) => Add(new PaxTarEntry(TarEntryType.Directory, name));

    public TarFile Link(string name, string target) => Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    public TarFile HardLink(string name, string target) => Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target });

    public TarFile Zeros(string name, long length) => Add(
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[length]) });

    public TarFile Add(TarEntry entry)
    {
        _writer.WriteEntry(entry);
        return this;
    }

    /// <summary>The archive, without compression.</summary>
    public byte[] Bytes()
    {
        _writer.Dispose();
        return _bytes.ToArray();
    }

    /// <summary>The archive, compressed by gzip.</summary>
    public byte[] Gzip() => Gzip(Bytes());

    public static byte[] Gzip(byte[] content)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return to.ToArray();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _bytes.Dispose();
    }
}
