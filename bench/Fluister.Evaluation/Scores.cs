using System.Globalization;
using Fluister.Summaries.Evaluation;

namespace Fluister.Evaluation;

/// <summary>Mean F1 of ROUGE-1, -2 and -L in hundredths: queries about a whole meeting at 150 words, and all queries at 70.</summary>
internal sealed class Scores
{
    public const int GeneralWords = 150;
    public const int AllWords = 70;

    private readonly double[] _sums = new double[6];
    private int _general;
    private int _all;
    private int _empty;

    public void Add(IEnumerable<Prepared> meetings, Func<Prepared, MeetingQuery, int, string> summarise)
    {
        var jobs = meetings.SelectMany(m => m.Meeting.Queries.SelectMany(q => q.IsGeneral
            ? new[] { (m, q, Words: GeneralWords), (m, q, Words: AllWords) }
            : [(m, q, Words: AllWords)])).ToList();
        var results = new (double, double, double)[jobs.Count];
        Parallel.For(0, jobs.Count, j =>
        {
            var (reference, words) = (Rouge.Words(jobs[j].q.Answer), Rouge.Words(summarise(jobs[j].m, jobs[j].q, jobs[j].Words)));
            results[j] = (Rouge.N(words, reference, 1).F1, Rouge.N(words, reference, 2).F1, Rouge.L(words, reference).F1);
        });
        for (var j = 0; j < jobs.Count; j++)
        {
            var general = jobs[j].Words == GeneralWords;
            var at = general ? 0 : 3;
            _sums[at] += results[j].Item1;
            _sums[at + 1] += results[j].Item2;
            _sums[at + 2] += results[j].Item3;
            _empty += results[j].Item1 == 0 ? 1 : 0;
            (_general, _all) = general ? (_general + 1, _all) : (_general, _all + 1);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mean(0, _general),5:F2} {Mean(1, _general),5:F2} {Mean(2, _general),5:F2} ({_general})  "
        + $"{Mean(3, _all),5:F2} {Mean(4, _all),5:F2} {Mean(5, _all),5:F2} ({_all}), {_empty} without a word in common");

    private double Mean(int at, int count) => 100 * _sums[at] / Math.Max(1, count);
}
