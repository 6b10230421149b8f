using System.Text.Json;
using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Evaluation;

/// <summary>A question about a meeting, its answer, and the utterances that it is about (first and last, inclusive).</summary>
internal sealed record MeetingQuery(string Query, string Answer, bool IsGeneral, IReadOnlyList<(int First, int Last)> Spans);

/// <summary>One meeting of QMSum (M. Zhong et al., NAACL 2021): JSON Lines, one meeting a line.</summary>
internal sealed record Meeting(IReadOnlyList<(string Speaker, string Text)> Transcript, IReadOnlyList<MeetingQuery> Queries)
{
    /// <summary>All of QMSum is 20 MB.</summary>
    private const long LargestFile = 256L << 20;
    private const string Described = "The form is described in docs/DIGESTS.md#measure-a-model-of-yours, and at Yale-LILY/QMSum.";

    /// <summary>All meetings of a file.</summary>
    /// <exception cref="ArchiveException">It is not such a file.</exception>
    public static List<Meeting> ReadAll(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                throw new ArchiveException(ArchiveError.Unsupported, $"{path} is larger than {LargestFile >> 20} MiB. {Described}");
            }

            var meetings = File.ReadLines(path).Select((line, i) => (line, Number: i + 1)).Where(x => x.line.Length > 0)
                .Select(x => Parse(x.line, path, x.Number)).ToList();
            return meetings.Count > 0 ? meetings
                : throw new ArchiveException(ArchiveError.Unsupported, $"{path} holds no meeting. {Described}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no file {path}: QMSum is not part of fluister. {Described}", e);
        }
    }

    /// <summary>One line.</summary>
    public static Meeting Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var transcript = root.GetProperty("meeting_transcripts").EnumerateArray()
            .Select(x => (Text(x, "speaker"), Text(x, "content"))).ToList();
        var queries = Read(root.GetProperty("general_query_list"), isGeneral: true)
            .Concat(Read(root.GetProperty("specific_query_list"), isGeneral: false)).ToList();
        return new(transcript, queries);
    }

    private static Meeting Parse(string line, string path, int number)
    {
        try
        {
            return Parse(line);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException or IndexOutOfRangeException)
        {
            throw new ArchiveException(ArchiveError.Unsupported, $"{path}, line {number}: not a meeting of QMSum. {Described}", e);
        }
    }

    private static IEnumerable<MeetingQuery> Read(JsonElement list, bool isGeneral) => list.EnumerateArray().Select(x => new MeetingQuery(
        Text(x, "query"),
        Text(x, "answer"),
        isGeneral,
        x.TryGetProperty("relevant_text_span", out var spans)
            ? spans.EnumerateArray().Select(s => (int.Parse(s[0].GetString()!), int.Parse(s[1].GetString()!))).ToList()
            : []));

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new InvalidOperationException(name);
}
