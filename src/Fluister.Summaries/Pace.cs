using Fluister.Engines;

namespace Fluister.Summaries;

/// <summary>What an engine has done and has to do, and how long that will take at the speed so far.</summary>
internal sealed class Pace(EngineDescription engine)
{
    /// <summary>Tokens of a point before any was written.</summary>
    private const double UsualTokens = 50;

    private long _fresh;
    private TimeSpan _promptTime;
    private TimeSpan _generationTime;
    private int _pointsLeft;
    private int _pointsDone;

    /// <summary>Tokens given.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Tokens written.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Time that it worked.</summary>
    public TimeSpan EngineTime => _promptTime + _generationTime;

    /// <summary>Tokens still to be given.</summary>
    public long PromptTokensLeft { get; private set; }

    /// <summary>Time for what is left; null where a speed is not known yet.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_pointsLeft == 0 && PromptTokensLeft == 0)
            {
                return TimeSpan.Zero;
            }

            var prompt = Speed(_fresh, _promptTime) ?? engine.PromptSpeed;
            var generation = Speed(GeneratedTokens, _generationTime) ?? engine.GenerationSpeed;
            var each = _pointsDone > 0 ? (double)GeneratedTokens / _pointsDone : UsualTokens;
            return prompt is > 0 && generation is > 0
                && (PromptTokensLeft / prompt.Value) + (_pointsLeft * each / generation.Value) is var seconds && seconds < 1e9
                ? TimeSpan.FromSeconds(seconds) : null;
        }
    }

    /// <summary>More is to be done.</summary>
    public void Expect(int promptTokens, int points)
    {
        PromptTokensLeft += promptTokens;
        _pointsLeft += points;
    }

    /// <summary>That much less is to be done.</summary>
    public void Done(int promptTokens, int points)
    {
        PromptTokensLeft -= promptTokens;
        _pointsLeft -= points;
        _pointsDone += points;
    }

    /// <summary>Something was done.</summary>
    public void Add(Completion completion)
    {
        PromptTokens += completion.PromptTokens;
        GeneratedTokens += completion.GeneratedTokens;
        _fresh += Math.Max(0, completion.PromptTokens - completion.CachedTokens);
        _promptTime += completion.PromptTime;
        _generationTime += completion.GenerationTime;
    }

    private static double? Speed(long tokens, TimeSpan time) =>
        tokens > 0 && time > TimeSpan.FromMilliseconds(1) ? tokens / time.TotalSeconds : null;
}
