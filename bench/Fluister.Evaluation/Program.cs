using System.Diagnostics;
using System.Globalization;
using Fluister.Evaluation;
using Fluister.Summaries;
using Fluister.Summaries.Evaluation;

// Quality of digests on QMSum (M. Zhong et al., NAACL 2021): train the ranker, cross-validate its settings, print the table, show one
// digest.
const string Usage = """
    evaluate --data FILE.jsonl                          table: ours and the baselines
    train --data FILE.jsonl --out RANKER                the same data gives the same bytes
    cross-validate --data FILE.jsonl [--folds 5] [--keep DIR]   settings, on training meetings only
    preselection --data FILE.jsonl [--share 0.1111]     what the choice before a model costs
    show --data FILE.jsonl [--meeting 0] [--ask TEXT] [--words 150]
    time [--messages 100000]                            one digest of made-up talk
    """;
string? Option(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
var clock = Stopwatch.StartNew();
void Log(string text) => Console.Error.WriteLine($"{clock.Elapsed.TotalSeconds,7:F1} s  {text}");

var command = args.FirstOrDefault() ?? "";
if (command is "time")
{
    Timing.Run(int.Parse(Option("--messages") ?? "100000"));
    return 0;
}

if (Option("--data") is not { } data)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var meetings = Meeting.ReadAll(data).ConvertAll(x => new Prepared(x));
switch (command)
{
    case "train" when Option("--out") is { } path:
        var ranker = Training.Train(meetings, Log);
        using (var file = File.Create(path))
        {
            ranker.Write(file);
            Log($"{file.Length} bytes");
        }

        return 0;
    case "cross-validate":
        CrossValidation.Run(meetings, int.Parse(Option("--folds") ?? "5"), Option("--keep"), Log);
        return 0;
    case "evaluate":
        Console.WriteLine("                general@150 R1, R2, RL        all@70 R1, R2, RL");
        Row("LEAD", (m, _, words) => Baselines.Lead(m, words));
        Row("TextRank", (m, _, words) => Baselines.TextRank(m, words));
        Row("centroid, MMR", (m, q, words) => Baselines.Centroid(m, q.IsGeneral ? null : q.Query, words));
        Row("Fluister", (m, q, words) => QmSumConversation.Text(QmSumConversation.Digest(m.Meeting, q, words)));
        return 0;
    case "preselection":
        PreselectionTable.Run(meetings, double.Parse(Option("--share") ?? "0.11111", CultureInfo.InvariantCulture));
        return 0;
    case "show":
        var meeting = meetings[int.Parse(Option("--meeting") ?? "0")].Meeting;
        var options = new DigestOptions { Ask = Option("--ask"), Words = int.Parse(Option("--words") ?? "150") };
        using (var output = Console.OpenStandardOutput())
        {
            DigestWriter.WriteText(Digester.Digest(QmSumConversation.Conversation, QmSumConversation.Self,
                QmSumConversation.Messages(meeting), options), output);
        }

        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

void Row(string name, Func<Prepared, MeetingQuery, int, string> summarise)
{
    var scores = new Scores();
    scores.Add(meetings, summarise);
    Console.WriteLine($"{name,-14}  {scores}");
}
