using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Evaluation;

namespace Fluister.Evaluation;

/// <summary>Trains on most meetings and scores the rest, in turn: how settings are chosen without looking at meetings kept for
/// judging.</summary>
internal static class CrossValidation
{
    private static readonly Tuning[] Grid =
    [
        Tuning.Default,
        Tuning.Default with { Match = 0 },
        Tuning.Default with { Match = 3 },
        Tuning.Default with { Overhead = 1, Shortest = 1, Fragment = 1, StopWeight = 1 },
        Tuning.Default with { Overhead = 10, Shortest = 8 },
        Tuning.Default with { UseLexicon = false },
    ];

    public static void Run(List<Prepared> meetings, int folds, string? folder, Action<string> log)
    {
        var scores = Grid.Select(_ => new Scores()).ToArray();
        for (var fold = 0; fold < folds; fold++)
        {
            var ranker = RankerOf(fold);
            var held = meetings.Where((_, i) => i % folds == fold).ToList();
            for (var t = 0; t < Grid.Length; t++)
            {
                scores[t].Add(held, Summarise(ranker, Grid[t]));
            }

            log($"fold {fold + 1} of {folds}");
        }

        for (var t = 0; t < Grid.Length; t++)
        {
            Console.WriteLine($"{scores[t]}  {Grid[t]}");
        }

        Ranker RankerOf(int fold)
        {
            var path = folder is null ? null : Path.Combine(folder, $"fold{fold + 1}of{folds}.model");
            if (path is not null && File.Exists(path))
            {
                using var kept = File.OpenRead(path);
                return Ranker.Read(kept);
            }

            var ranker = Training.Train(meetings.Where((_, i) => i % folds != fold).ToList(), log);
            if (path is not null)
            {
                using var file = File.Create(path);
                ranker.Write(file);
            }

            return ranker;
        }
    }

    public static Func<Prepared, MeetingQuery, int, string> Summarise(Ranker ranker, Tuning tuning) => (meeting, query, words) =>
    {
        var question = query.IsGeneral ? null : new Question(meeting.Passages, query.Query);
        var picks = new ExtractiveEngine(ranker, tuning).Choose(meeting.Passages, question, words);
        return string.Join(' ', picks.Select(x => meeting.Passages.TextOf(x.Sentence)));
    };
}
