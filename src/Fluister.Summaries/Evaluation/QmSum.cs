using System.Text.Json;

namespace Fluister.Summaries.Evaluation;

/// <summary>A question about a meeting, its answer, and the utterances that it is about (first and last, inclusive).</summary>
internal sealed record MeetingQuery(string Query, string Answer, bool IsGeneral, IReadOnlyList<(int First, int Last)> Spans);

/// <summary>One meeting of QMSum (M. Zhong et al., NAACL 2021): JSON Lines, one meeting a line.</summary>
internal sealed record Meeting(IReadOnlyList<(string Speaker, string Text)> Transcript, IReadOnlyList<MeetingQuery> Queries)
{
    /// <summary>All meetings of a file.</summary>
    public static List<Meeting> ReadAll(string path) => File.ReadLines(path).Where(x => x.Length > 0).Select(Parse).ToList();

    /// <summary>One line.</summary>
    public static Meeting Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var transcript = root.GetProperty("meeting_transcripts").EnumerateArray()
            .Select(x => (x.GetProperty("speaker").GetString()!, x.GetProperty("content").GetString()!)).ToList();
        var queries = Read(root.GetProperty("general_query_list"), isGeneral: true)
            .Concat(Read(root.GetProperty("specific_query_list"), isGeneral: false)).ToList();
        return new(transcript, queries);
    }

    private static IEnumerable<MeetingQuery> Read(JsonElement list, bool isGeneral) => list.EnumerateArray().Select(x => new MeetingQuery(
        x.GetProperty("query").GetString()!,
        x.GetProperty("answer").GetString()!,
        isGeneral,
        x.TryGetProperty("relevant_text_span", out var spans)
            ? spans.EnumerateArray().Select(s => (int.Parse(s[0].GetString()!), int.Parse(s[1].GetString()!))).ToList()
            : []));
}
