using System.Diagnostics;

namespace Fluister.ServerTests.Faults;

/// <summary>A small file system in a mount namespace of its own (mount_namespaces(7)), which goes with the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly Process _holder;
    private readonly string _mountPoint;

    /// <summary>Mounts one in memory over a folder; others go on to see the folder that is there.</summary>
    public SmallDisk(string mountPoint, int mebibytes)
        : this(mountPoint, "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=700", "tmpfs")
    {
    }

    private SmallDisk(string mountPoint, params string[] mount)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "To mount a file system takes root.");
        _mountPoint = mountPoint;
        Directory.CreateDirectory(mountPoint);

        // It ends with this process's end of its standard input, and the namespace with it.
        _holder = Process.Start(new ProcessStartInfo("unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", "mount \"$@\" && echo mounted && exec cat", "sh", .. mount, mountPoint,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("mounted", _holder.StandardOutput.ReadLine());
    }

    /// <summary>Mounts the ext4 of an image, which is made where it is not there. What a program has not asked the disk to keep stays in
    /// memory for minutes: neither the journal's timer nor anybody else writes it to the image meanwhile.</summary>
    public static SmallDisk OfImage(string mountPoint, string image)
    {
        if (!File.Exists(image))
        {
            Run("truncate", "--size=256M", image);
            Run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
        }

        return new SmallDisk(mountPoint, "-o", "loop,commit=300", image);
    }

    /// <summary>The file system, as this process reaches it.</summary>
    public string Path => $"/proc/{_holder.Id}/root{_mountPoint}";

    /// <summary>What runs a program where the file system is mounted.</summary>
    public string[] Within => ["nsenter", "--mount", "--target", $"{_holder.Id}"];

    /// <summary>Copies a folder there, and gives its path as a program there sees it.</summary>
    public string Take(string folder)
    {
        Run("cp", "--archive", folder, Path);
        Run("sync", "--file-system", Path);
        return System.IO.Path.Combine(_mountPoint, System.IO.Path.GetFileName(folder));
    }

    /// <summary>Takes all room that is left.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 4096, 1])
        {
            try
            {
                while (true)
                {
                    ballast.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full, but for less than that.
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Ballast);

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
