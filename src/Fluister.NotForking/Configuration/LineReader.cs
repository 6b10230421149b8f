using System.Text;

namespace Fluister.NotForking.Configuration;

/// <summary>The lines of a file that a person wrote, as Latin-1, with their ends.</summary>
/// <param name="file">Its path as the person gave it.</param>
/// <param name="bytes">Its bytes.</param>
internal sealed class LineReader(string file, byte[] bytes)
{
    /// <summary>The bytes that were read so far.</summary>
    public int Offset { get; private set; }

    /// <summary>The line that was read last.</summary>
    public Place Place { get; private set; } = new(file);

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd => Offset == bytes.Length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="NotForkException">There is none, or it is too long (configuration).</exception>
    public static byte[] Read(string file)
    {
        try
        {
            var length = new FileInfo(file).Length;
            return length <= Limits.ConfigurationBytes
                ? File.ReadAllBytes(file)
                : throw new NotForkException(
                    ExitCode.Configuration, $"This file is longer than {Limits.ConfigurationBytes >> 20} MiB.", new Place(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var isMissing = e is FileNotFoundException or DirectoryNotFoundException && !Directory.Exists(file);
            var why = isMissing ? "There is no such file." : "This cannot be read as a file.";
            throw new NotForkException(ExitCode.Configuration, why, new Place(file), e);
        }
    }

    /// <summary>The next line, with its end if it has one, or null.</summary>
    public string? Next()
    {
        if (IsAtEnd)
        {
            return null;
        }

        var rest = bytes.AsSpan(Offset);
        var length = rest.IndexOf((byte)'\n') + 1;
        length = length == 0 ? rest.Length : length;
        Offset += length;
        Place = new Place(file, Place.Line + 1);
        return Encoding.Latin1.GetString(rest[..length]);
    }
}
