using System.Globalization;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>What one life of a process noted, line by line; each line is with the operating system before its writer goes on, so that the
/// end of the process takes none away.</summary>
/// <remarks>A line is KIND, TIME and what belongs to it, with tabs between; TIME in microseconds of Unix time.</remarks>
internal sealed class Journal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _gate = new();

    /// <summary>Now, in microseconds of Unix time: all processes share the machine's clock.</summary>
    public static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Notes something.</summary>
    public void Note(JournalKind kind, params ReadOnlySpan<string> fields)
    {
        var line = new StringBuilder(kind.ToString()).Append('\t').Append(Now.ToString(CultureInfo.InvariantCulture));
        foreach (var field in fields)
        {
            line.Append('\t').Append(field);
        }

        var bytes = Encoding.UTF8.GetBytes(line.Append('\n').ToString());
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
