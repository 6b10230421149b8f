using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.Simulation.Histories;

/// <summary>What senders and receivers saw, in the order in which they saw it: only ever appended to. It knows nothing of servers, and the
/// <see cref="Checker"/> knows nothing else.</summary>
/// <param name="log">Each event is written there too, as a line of JSON; nowhere where there is none.</param>
internal sealed class History(TextWriter? log = null)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private readonly Lock _lock = new();
    private readonly List<Event> _events = [];
    private int _connections;

    /// <summary>How many events there are, which is also the place of the next.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>The events so far, in order.</summary>
    public IReadOnlyList<Event> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Reads what was written as lines of JSON.</summary>
    /// <exception cref="JsonException">It is not a history.</exception>
    public static History Read(TextReader lines)
    {
        var history = new History();
        while (lines.ReadLine() is { } line)
        {
            history.Add(JsonSerializer.Deserialize<Event>(line, _json) ?? throw new JsonException("A line of a history is null."));
        }

        return history;
    }

    /// <summary>Notes something.</summary>
    /// <returns>Its place.</returns>
    public int Add(Event seen)
    {
        lock (_lock)
        {
            _events.Add(seen);
            log?.WriteLine(JsonSerializer.Serialize(seen, _json));
            return _events.Count - 1;
        }
    }

    /// <summary>Notes a connection, and gives its number.</summary>
    public int Connect(DeviceName device)
    {
        lock (_lock)
        {
            Add(new Event.Connected(device, ++_connections));
            return _connections;
        }
    }
}
