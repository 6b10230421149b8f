using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Engines;
using Fluister.Summaries.Checks;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Findings;
using Fluister.Summaries.Language;
using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;
using Fluister.Summaries.Segments;

namespace Fluister.Summaries;

/// <summary>One conversation put before a model, sheet by sheet.</summary>
internal sealed partial class ModelRun
{
    /// <summary>A sheet that is too long is cut in two, and its halves, up to this often.</summary>
    private const int DeepestSplit = 6;

    /// <summary>Tokens for a point of the greatest length, in any script, and for the form around all.</summary>
    private const int TokensPerPoint = 300;
    private const int TokensAround = 16;

    private const int MarkBytes = 8;

    private readonly ModelDigestOptions _model;
    private readonly Action<DigestProgress>? _progress;
    private readonly string? _ask;
    private readonly PromptFile _file;
    private readonly PointKey _key;
    private readonly AnswerReader _reader;
    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes));
    private readonly Pace _pace;
    private readonly List<Work> _works = [];
    private bool _isGone;
    private int _failuresInARow;

    /// <summary>Cuts and chooses; asks nothing yet.</summary>
    public ModelRun(IReadOnlyList<Message> messages, Participant self, DigestOptions options, ModelDigestOptions model, string spoken,
        Action<DigestProgress>? progress, CancellationToken cancel)
    {
        (_model, _progress, _ask) = (model, progress, options.Ask);
        Selection = new Selection(messages);
        Passages = new Passages(Selection.Utterances, Selection.Speakers.ConvertAll(x => x?.Name ?? ""), options.Language ?? spoken);
        Labels = new SpeakerLabels(Selection.Speakers);
        Question = _ask is null ? null : new Question(Passages, _ask);
        var about = Question is { IsOpen: false } ? Question : null;
        Language = Code(model.Language) ?? spoken;
        Spoken = spoken;
        _file = _ask is null ? PromptFile.Digest : PromptFile.Answer;
        _key = new PointKey(model, _file.Version, Language, spoken, _ask);
        _reader = new AnswerReader(Passages, new PointChecker(Labels, CommonWords(Selection, cancel), Language, spoken),
            model.OnVerdict is null ? null : Tell);
        _pace = new Pace(model.Engine.Description);
        if (Question is not { IsUnanswerable: true })
        {
            var replies = new Finder(Selection, Passages, self, options).Replies;
            var segments = LocalSegmenter.Cut(Passages, Selection.Spoken.ConvertAll(x => x.SentAt.UnixMilliseconds),
                Selection.Spoken.ConvertAll(x => Day(x, options.TimeZone)), Selection.Spoken.ConvertAll(x => Lexicon.Hash(x.Id)), replies);
            cancel.ThrowIfCancellationRequested();
            var excerpts = new Preselector(Passages, replies, Math.Clamp(model.Preselection, 0.01, 1)).Choose(segments, about, cancel);
            _works.AddRange(excerpts.SelectMany((x, i) => Sheet.Of(x, Selection, options.TimeZone)).Select(x => new Work(x)));
        }
    }

    public Selection Selection { get; }

    public Passages Passages { get; }

    public SpeakerLabels Labels { get; }

    public Question? Question { get; }

    /// <summary>Of the points.</summary>
    public string Language { get; }

    /// <summary>Of the messages.</summary>
    public string Spoken { get; }

    /// <summary>Name and version of the prompt.</summary>
    public string PromptVersion => _file.Version;

    /// <summary>What came of each sheet, in order of time.</summary>
    public IReadOnlyList<Work> Works => _works;

    /// <summary>What the engine did.</summary>
    public Pace Pace => _pace;

    /// <summary>Looks up what is known, counts the rest, and asks the model about it.</summary>
    public async Task AskAsync(CancellationToken cancel)
    {
        await PlanAsync(cancel).ConfigureAwait(false);
        for (var i = 0; i < _works.Count; i++)
        {
            if (_works[i].Points is null)
            {
                _works[i].Points = await AskAsync(i, _works[i].Sheet, 0, cancel).ConfigureAwait(false);
                _works[i].Failed |= _works[i].Points is null;
                _pace.Done(_works[i].PromptTokens, _works[i].Sheet.Points);
            }

            foreach (var point in _works[i].Points?.Points ?? [])
            {
                _progress?.Invoke(new DigestProgress.Point(i, Finished(point)));
            }

            _progress?.Invoke(new DigestProgress.SegmentDone(i, _pace.Remaining));
        }
    }

    /// <summary>A point with its sources.</summary>
    public DigestPoint Finished(CheckedPoint point) => PointSources.With(point, Selection, Passages);

    /// <summary>What a sheet is sent as.</summary>
    public Prompt PromptOf(Sheet sheet)
    {
        var points = sheet.Points;
        return _file.Fill(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["language"] = Languages.NameOf(Language),
            ["mark"] = $"<{_mark}>",
            ["messages"] = sheet.Text(Labels),
            ["points"] = points == 1 ? "1 point" : $"{points} points",
            ["question"] = PlainLine.Of(_ask ?? "", Sheet.LongestText),
        });
    }

    /// <summary>What the cache gives must still be in the messages.</summary>
    private bool AreQuotes(SheetPoints points) => points.Points.All(x =>
        !x.IsQuote || Selection.Utterances[x.Utterances[0]].Text.Contains(x.Text, StringComparison.Ordinal));

    private void Tell(ModelPoint point, Verdict verdict, Sheet sheet) => _model.OnVerdict!(new(point.Text, point.Who,
        point.Cites.Select(x => x >= 1 && x <= sheet.Lines.Count ? Selection.Spoken[sheet.Lines[x - 1].Utterance].Id : "").ToList(),
        verdict.Failed));

    /// <summary>Words that somebody wrote in lower case.</summary>
    internal static HashSet<string> CommonWords(Selection selection, CancellationToken cancel)
    {
        var common = new HashSet<string>(StringComparer.Ordinal);
        var words = new List<Word>();
        foreach (var utterance in selection.Utterances)
        {
            cancel.ThrowIfCancellationRequested();
            words.Clear();
            var text = utterance.Text.AsSpan(0, Math.Min(utterance.Text.Length, Sheet.LongestText));
            Words.Split(text, words);
            foreach (var word in words)
            {
                if (char.IsLower(text[word.Start]) && word.Length <= 40)
                {
                    common.Add(text.Slice(word.Start, word.Length).ToString());
                }
            }
        }

        return common;
    }

    private static int Day(Message message, TimeZoneInfo zone) =>
        Sheet.Local(message.SentAt, zone) is { } local ? DateOnly.FromDateTime(local.DateTime).DayNumber : 0;

    private static string? Code(string? language) => language is { Length: >= 2 } ? language.Split('-', '_')[0].ToLowerInvariant() : null;
}
