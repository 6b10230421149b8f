using System.Diagnostics;
using System.Text;

namespace Fluister.NotForking.Rebuild;

/// <summary>Another program that a build needs: dotnet, git, npm, dpkg-deb. Arguments are lists; no shell reads them.</summary>
internal static class Child
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name, found on the PATH, or its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">All that its environment has; null: ours.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="NotForkException">It is missing, or failed: with the last of what it said.</exception>
    public static string Run(
        string program, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null) =>
        Encoding.UTF8.GetString(Read(program, arguments, folder, environment, stream =>
        {
            var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }));

    /// <summary>Runs a program to its end, and hands its standard output to a reader.</summary>
    public static T Read<T>(
        string program, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment,
        Func<Stream, T> reader)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        using var process = Start(start);
        process.StandardInput.Close();
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = new Copy(process.StandardOutput.BaseStream);
        var result = reader(output);
        output.CopyTo(Stream.Null);
        process.WaitForExit();
        return process.ExitCode == 0 ? result : throw new NotForkException(
            ExitCode.Fetch,
            $"`{Path.GetFileName(program)} {string.Join(' ', arguments.Take(2))}` ended with {process.ExitCode}:\n" +
            string.Join('\n', $"{output}\n{errors}".Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(20)));
    }

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0
            && (File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe"))));

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new NotForkException(ExitCode.Fetch, $"The program `{start.FileName}` is needed and could not be started.", inner: e);
        }
    }

    /// <summary>Passes on what it reads, and keeps the first of it for the message of an error.</summary>
    private sealed class Copy(Stream source) : Stream
    {
        private readonly MemoryStream _kept = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = source.Read(buffer, offset, count);
            _kept.Write(buffer, offset, _kept.Length < 1 << 16 ? read : 0);
            return read;
        }

        public override string ToString() => Encoding.UTF8.GetString(_kept.ToArray());

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
