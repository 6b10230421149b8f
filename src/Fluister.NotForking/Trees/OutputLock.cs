namespace Fluister.NotForking.Trees;

/// <summary>flock, as both tools use it, so that two runs do not write one output.</summary>
internal static class OutputLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes the lock, and waits for it.</summary>
    /// <param name="file">The file that is locked; it stays.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="report">Hears of waiting.</param>
    public static FileStream Take(string file, string what, Action<string>? report)
    {
        if (OutputFolder.LookAt(file) is OutputFolder.Found.Link or OutputFolder.Found.Folder)
        {
            throw new NotForkException(ExitCode.OutputGuard, $"\"{file}\" is not a regular file; nothing was changed.");
        }

        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult is 11 or 35 or unchecked((int)0x80070020))
            {
                if (isFirst)
                {
                    report?.Invoke($"Another run holds {what}; waiting for it.");
                }

                Thread.Sleep(Pause);
            }
        }
    }
}
