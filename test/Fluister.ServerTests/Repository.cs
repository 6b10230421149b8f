namespace Fluister.ServerTests;

/// <summary>The folder that all of this is built from.</summary>
internal static class Repository
{
    /// <summary>A file in it.</summary>
    public static string Find(params string[] path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Fluister.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return Path.Combine([folder, .. path]);
    }
}
