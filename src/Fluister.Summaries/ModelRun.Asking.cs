using Fluister.Engines;
using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries;

// What is known, what is asked, and what happens when the engine does not answer.
internal sealed partial class ModelRun
{
    private async Task PlanAsync(CancellationToken cancel)
    {
        for (var i = 0; i < _works.Count; i++)
        {
            var work = _works[i];
            if (_model.Cache?.Get(_key.Of(work.Sheet, Selection, Labels).Key) is { } known
                && SheetPointsForm.Read(known, work.Sheet) is { } points && AreQuotes(points))
            {
                (work.Points, work.IsKnown) = (points, true);
                continue;
            }

            work.PromptTokens = await CountAsync(work.Sheet, cancel).ConfigureAwait(false);
            if (work.PromptTokens > Room(work.Sheet) && work.Sheet.Lines.Count > 1 && work.Depth < DeepestSplit)
            {
                var (first, second) = work.Sheet.Split();
                _works[i] = new(first) { Depth = work.Depth + 1 };
                _works.Insert(i + 1, new(second) { Depth = work.Depth + 1 });
                i--;
            }
            else
            {
                _pace.Expect(work.PromptTokens, work.Sheet.Points);
            }
        }

        _progress?.Invoke(new DigestProgress.Planned(_works.Count, _works.Count(x => x.IsKnown), _pace.PromptTokensLeft, _pace.Remaining));
    }

    /// <summary>Tokens that fit, beside the answer.</summary>
    private int Room(Sheet sheet) => Math.Min(_model.MaximumPromptTokens,
        _model.Engine.Description.ContextTokens is > 0 and var context ? context - AnswerTokens(sheet) : int.MaxValue);

    private int AnswerTokens(Sheet sheet) => Math.Min(_model.MaximumAnswerTokens, (sheet.Points * TokensPerPoint) + TokensAround);

    private async Task<int> CountAsync(Sheet sheet, CancellationToken cancel)
    {
        if (_isGone)
        {
            return 0;
        }

        try
        {
            return await _model.Engine.CountTokensAsync(PromptOf(sheet), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, cancel))
        {
            Note(e);
            return 0;
        }
    }

    /// <summary>Null where the engine failed.</summary>
    private async Task<SheetPoints?> AskAsync(int number, Sheet sheet, int depth, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isGone)
        {
            return null;
        }

        var form = new PointForm(sheet.Speakers(Labels), sheet.Lines.Count, sheet.Points);
        var request = new CompletionRequest(PromptOf(sheet))
        {
            MaximumTokens = AnswerTokens(sheet),
            Grammar = form.Grammar(),
            JsonSchema = form.Schema(),
            Temperature = _model.Temperature,
            Seed = _model.Seed,
        };
        try
        {
            var completion = await _model.Engine.CompleteAsync(request, _progress is null ? null
                : piece => _progress(new DigestProgress.Text(number, piece)), cancel).ConfigureAwait(false);
            _failuresInARow = 0;
            _pace.Add(completion);
            var points = _reader.Read(completion.Text, sheet);
            var (key, sources) = _key.Of(sheet, Selection, Labels);
            _model.Cache?.Put(key, sources, SheetPointsForm.Write(points, sheet));
            return points;
        }
        catch (EngineException e) when (e.Error == EngineError.ContextOverflow && sheet.Lines.Count > 1 && depth < DeepestSplit)
        {
            var (first, second) = sheet.Split();
            var before = await AskAsync(number, first, depth + 1, cancel).ConfigureAwait(false);
            var after = await AskAsync(number, second, depth + 1, cancel).ConfigureAwait(false);
            _works[number].Failed |= before is null || after is null;
            return before is null || after is null ? before ?? after : Joined(before, after);
        }
        catch (Exception e) when (IsFailure(e, cancel))
        {
            Note(e);
            return null;
        }
    }

    /// <summary>An engine that gave up by itself is one that failed; a person who cancelled is not.</summary>
    private static bool IsFailure(Exception e, CancellationToken cancel) =>
        e is EngineException || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>After a crash nothing more is asked; other failures are forgiven once.</summary>
    private void Note(Exception e)
    {
        _failuresInARow++;
        _isGone |= _failuresInARow > 1 || (e as EngineException)?.Error is EngineError.Crashed or EngineError.NotFound
            or EngineError.NotAllowed or EngineError.BadModel or EngineError.BadLibrary;
    }

    private static SheetPoints Joined(SheetPoints a, SheetPoints b) => new([.. a.Points, .. b.Points],
        a.Dropped.Concat(b.Dropped).GroupBy(x => x.Key, StringComparer.Ordinal).ToDictionary(x => x.Key, x => x.Sum(y => y.Value),
            StringComparer.Ordinal));
}
