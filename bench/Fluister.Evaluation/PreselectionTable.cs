using System.Globalization;
using Fluister.Engines;
using Fluister.Summaries;
using Fluister.Summaries.Evaluation;

namespace Fluister.Evaluation;

/// <summary>What the choice before a model costs: the extractive digest of what a model would be sent, against that of all.</summary>
internal static class PreselectionTable
{
    /// <summary>Characters of a token, about, in English.</summary>
    private const double TokenLength = 4;

    public static void Run(List<Prepared> meetings, double share)
    {
        var (general, all) = (new Sent(), new Sent());
        var before = new Scores();
        before.Add(meetings, (m, q, words) => QmSumConversation.Text(QmSumConversation.Digest(m.Meeting, q, words)));
        var after = new Scores();
        after.Add(meetings, (m, q, words) =>
        {
            var run = RunOf(m.Meeting, q.IsGeneral ? null : q.Query, share);
            (q.IsGeneral ? general : all).Add(RunOf(m.Meeting, null, 1), run);
            return QmSumConversation.Text(QmSumConversation.Digest(m.Meeting with
            {
                Transcript = run.Works.SelectMany(x => x.Sheet.Lines)
                    .Select(x => (m.Meeting.Transcript[x.Utterance].Speaker, x.Text)).ToList(),
            }, q, words));
        });
        Console.WriteLine("                general@150 R1, R2, RL        all@70 R1, R2, RL");
        Console.WriteLine($"everything      {before}");
        Console.WriteLine($"chosen          {after}");
        Console.WriteLine($"whole meetings  {general}");
        Console.WriteLine($"questions       {all}");
    }

    private static ModelRun RunOf(Meeting meeting, string? ask, double share) => new(QmSumConversation.Messages(meeting).ToList(),
        QmSumConversation.Self, new() { Ask = ask }, new() { Engine = new Silent(), Preselection = share }, "en", null, default);

    /// <summary>What is sent, against what would be.</summary>
    private sealed class Sent
    {
        private readonly Lock _gate = new();
        private readonly double[] _sums = new double[5];

        public void Add(ModelRun whole, ModelRun chosen)
        {
            lock (_gate)
            {
                _sums[0] += whole.Works.Sum(Words);
                _sums[1] += chosen.Works.Sum(Words);
                _sums[2] += Tokens(whole);
                _sums[3] += Tokens(chosen);
                _sums[4] += chosen.Works.Count;
            }
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"words {_sums[0]:F0} -> {_sums[1]:F0}: {_sums[0] / _sums[1]:F1} times fewer; tokens of the prompts, instructions and all, "
            + $"{_sums[2]:F0} -> {_sums[3]:F0}: {_sums[2] / _sums[3]:F1} times fewer; {_sums[4]:F0} prompts");

        private static long Words(Work work) => work.Sheet.Lines.Sum(x => (long)x.Text.Split(' ').Length);

        private static double Tokens(ModelRun run) => run.Works.Select(x => run.PromptOf(x.Sheet))
            .Sum(x => (x.System.Length + x.User.Length) / TokenLength);
    }

    /// <summary>Only asked for what it is.</summary>
    private sealed class Silent : Engine
    {
        public override EngineDescription Description { get; } = new("none", "", "none", null, 0, 0, "", null, null);

        public override Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel) => Task.FromResult(0);

        public override Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel) =>
            throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
