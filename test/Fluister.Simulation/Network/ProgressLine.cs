namespace Fluister.Simulation.Network;

/// <summary>How far a run is: one line that changes at a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class ProgressLine(TextWriter output)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly bool _changes = !Console.IsErrorRedirected;
    private DateTime _last;
    private int _length;

    /// <summary>Tells.</summary>
    public void Say(string text)
    {
        lock (_gate)
        {
            if (_changes)
            {
                output.Write($"\r{text.PadRight(_length)}");
                _length = text.Length;
            }
            else if (DateTime.UtcNow - _last > Pause)
            {
                _last = DateTime.UtcNow;
                output.WriteLine(text);
            }
        }
    }

    /// <summary>Leaves the line.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_changes && _length > 0)
            {
                output.WriteLine();
            }
        }
    }
}
