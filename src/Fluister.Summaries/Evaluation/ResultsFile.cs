using System.Text.Json;
using System.Text.Json.Serialization;
using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Evaluation;

/// <summary>Results of finished meetings, one a line below the settings, so that what was cancelled or killed goes on where it
/// was.</summary>
internal sealed class ResultsFile : IDisposable
{
    /// <summary>In the folder of the report.</summary>
    public const string Name = "meetings.jsonl";

    private readonly FileStream _stream;

    /// <summary>Opens or begins it.</summary>
    /// <exception cref="ArchiveException">It is there with other settings, and may not be forgotten; or somebody is at it.</exception>
    public ResultsFile(string folder, EvaluationSettings settings, bool overwrite)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Name);
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException e)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} cannot be written: {e.Message}", e);
        }

        var head = JsonSerializer.Serialize(settings, ResultsJson.Default.EvaluationSettings);
        var end = Read(head, out var isOther);
        if (isOther && !overwrite)
        {
            _stream.Dispose();
            throw new ArchiveException(ArchiveError.Denied,
                $"{path} holds results with other settings. Name another folder, or give --overwrite to begin anew.");
        }

        if (isOther || end == 0)
        {
            Done.Clear();
            _stream.SetLength(0);
            Write(head);
        }
        else
        {
            // What was cut off in the middle of a line goes.
            _stream.SetLength(end);
            _stream.Seek(0, SeekOrigin.End);
        }
    }

    /// <summary>By number of the meeting.</summary>
    public SortedDictionary<int, MeetingResult> Done { get; } = [];

    /// <summary>Keeps one more.</summary>
    public void Add(MeetingResult result)
    {
        Write(JsonSerializer.Serialize(result, ResultsJson.Default.MeetingResult));
        Done[result.Meeting] = result;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Takes whole lines; returns where they end.</summary>
    private long Read(string head, out bool isOther)
    {
        isOther = false;
        using var reader = new StreamReader(_stream, leaveOpen: true);
        var lines = reader.ReadToEnd().Split('\n');
        if (lines.Length < 2)
        {
            // Not even a whole first line; but what is there and is not ours stays.
            isOther = lines[0].Length > 0 && !head.StartsWith(lines[0], StringComparison.Ordinal);
            return 0;
        }

        isOther = lines[0] != head;
        var end = System.Text.Encoding.UTF8.GetByteCount(lines[0]) + 1L;
        try
        {
            foreach (var line in isOther ? [] : lines[1..^1])
            {
                var result = JsonSerializer.Deserialize(line, ResultsJson.Default.MeetingResult)!;
                Done[result.Meeting] = result;
                end += System.Text.Encoding.UTF8.GetByteCount(line) + 1;
            }
        }
        catch (JsonException)
        {
            // A damaged line and what stands below it is worked out again.
        }

        return end;
    }

    private void Write(string line)
    {
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        _stream.Flush(flushToDisk: true);
    }
}

/// <summary>Source-generated: results as they lie on the disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluationSettings))]
[JsonSerializable(typeof(MeetingResult))]
internal sealed partial class ResultsJson : JsonSerializerContext;
