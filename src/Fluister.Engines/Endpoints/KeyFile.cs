using System.Text;

namespace Fluister.Engines.Endpoints;

/// <summary>A file that holds the key of an endpoint and nothing else: keys in arguments and environments are seen by others.</summary>
internal static class KeyFile
{
    private const int MaximumKey = 4096;

    /// <summary>The key; null without a file.</summary>
    /// <exception cref="EngineException">NotFound: there is none in it.</exception>
    public static string? Read(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[MaximumKey + 1];
            var key = Encoding.ASCII.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).Trim();
            return key.Length is > 0 and <= MaximumKey && key.All(letter => letter is > ' ' and < (char)127 and not '?')
                ? key
                : throw new EngineException(EngineError.NotFound,
                    $"{file} holds no key; it is to hold the key in one line and nothing else.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineError.NotFound, $"{file} cannot be read; it is to hold the key of the endpoint.", exception);
        }
    }
}
