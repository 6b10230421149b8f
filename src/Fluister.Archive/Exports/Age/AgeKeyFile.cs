using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Age;

/// <summary>Files of keys: one a line, "#" starts a comment.</summary>
internal static class AgeKeyFile
{
    private const int MaximumLineLength = 8192;
    private const int MaximumLines = 10_000;

    public static IEnumerable<string> Lines(TextReader reader, string name)
    {
        var buffer = new char[MaximumLineLength];
        var (length, lines) = (0, 0);
        for (var next = reader.Read(); ; next = reader.Read())
        {
            if (next is '\n' or < 0)
            {
                var line = new string(buffer, 0, length).Trim();
                if (line.Length > 0 && line[0] != '#')
                {
                    yield return line;
                }

                length = 0;
                Array.Clear(buffer);
                if (next < 0)
                {
                    yield break;
                }

                lines++;
            }
            else if (length < buffer.Length)
            {
                buffer[length++] = (char)next;
            }

            if (length == buffer.Length || lines > MaximumLines)
            {
                throw new ArchiveException(ArchiveError.Damaged, $"{name} is not a file of age keys. Check that it is the right file.");
            }
        }
    }

    public static T Parse<T>(string line, string name, Func<string, T> parse)
    {
        try
        {
            return parse(line);
        }
        catch (ArchiveException exception)
        {
            throw new ArchiveException(exception.Error, $"{name}: {exception.Message}", exception);
        }
    }

    public static ArchiveException Empty(string name)
        => new(ArchiveError.NotFound, $"{name} holds no age key. Make one with age-keygen, or give another file.");
}
